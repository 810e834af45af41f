// A listener under attack: prints its port, and serves until its standard input ends or SIGTERM arrives.
//
//     fire-server [--max-connections N] [--tls CERTIFICATE KEY] [--token TOKEN]
import Foundation
import Tally
import TallyHealthcheck
import TallyListener

struct FireError: Error {}

/// The labels of a family of some 180 KiB of text, which exceeds two chunks of an exposition and the capacity of a
/// socket.
struct Shell: LabelSet {
    var battery: String
    var shot: String
    static let schema: [Label<Self>] = [Label("battery", \.battery), Label("shot", \.shot)]
}

/// Suspends before it answers, so that scrapes overlap while they wait.
struct Observer: AsyncMetricCollector {
    static let hits = CollectedFamily.gauge("fire_hits", help: "Hits seen by the observer.", labelNames: ["target"])
    var families: [CollectedFamily] { [Self.hits] }

    func collect(into samples: inout CollectedSamples) async throws {
        try await Task.sleep(for: .milliseconds(1))
        samples.set(Self.hits, ["bridge"], to: 3)
        samples.set(Self.hits, ["tower"], to: 5)
    }
}

func plain(_ text: String) -> ListenerResponse {
    ListenerResponse(headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array("\(text)\n".utf8))
}

var maxConnections = 64
var tls: ListenerTLS?
var authorization: ListenerAuthorization?
var arguments = CommandLine.arguments.dropFirst()
while let option = arguments.popFirst() {
    if option == "--max-connections", let count = arguments.popFirst().flatMap({ Int($0) }) {
        maxConnections = count
    } else if option == "--tls", let certificate = arguments.popFirst(), let key = arguments.popFirst() {
        tls = ListenerTLS(certificate: certificate, key: key)
    } else if option == "--token", let token = arguments.popFirst() {
        authorization = .bearer([token])
    } else {
        let usage = "usage: fire-server [--max-connections N] [--tls CERTIFICATE KEY] [--token TOKEN]\n"
        FileHandle.standardError.write(Data(usage.utf8))
        exit(64)
    }
}

let registry = MetricRegistry()
let shells = Family<Shell, Counter>(
    "fire_shells_total",
    help: "Shells fired, by battery.",
    maxChildren: 2_000,
    in: registry
)
for index in 0..<2_000 {
    shells[Shell(battery: "battery number \(index % 40)", shot: "shot number \(index) of the day")].increment(by: index)
}
let smuggled = Counter("fire_smuggled_total", help: "Requests that reached /smuggled.", in: registry)
ObservedGauge("fire_heat", help: "Heat of the barrels.", in: registry) { 451 }
registry.register(Observer())

let listener = MetricsListener(
    registry: registry,
    port: 0,
    authorization: authorization,
    tls: tls,
    routes: [
        ListenerRoute("/hello") { _ in plain("hello") },
        ListenerRoute("/large") { _ in plain(String(repeating: "large ", count: 50_000)) },
        ListenerRoute("/slow") { _ in
            try await Task.sleep(for: .milliseconds(300))
            return plain("slow")
        },
        ListenerRoute("/stuck") { _ in
            try await Task.sleep(for: .seconds(60))
            return plain("stuck")
        },
        ListenerRoute("/failing") { _ in throw FireError() },
        // Answered only if bytes of another request's header or body are taken for a request.
        ListenerRoute("/smuggled") { _ in
            smuggled.increment()
            return plain("smuggled")
        },
    ],
    healthcheck: Healthcheck(
        service: ServiceInfo(name: "fire-server", version: "1.0.0"),
        providers: [
            SnapshotProvider("barrels", keys: ["heat"], timeout: .seconds(60)) { ["heat": .integer(451)] }
        ],
        registry: registry
    ),
    limits: ListenerLimits(
        idleTimeout: .seconds(5),
        headerTimeout: .seconds(2),
        requestTimeout: .seconds(5),
        maxConnections: maxConnections,
        shutdownGrace: .seconds(3)
    ),
    onError: { report in FileHandle.standardError.write(Data("\(report)\n".utf8)) }
)

let serving = Task {
    try await listener.run { address in
        print(address.port)
        fflush(nil)
    }
}

signal(SIGTERM, SIG_IGN)
let termination = DispatchSource.makeSignalSource(signal: SIGTERM)
termination.setEventHandler { serving.cancel() }
termination.resume()
// The server must not outlive the attack that started it.
let input = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO)
input.setEventHandler {
    if FileHandle.standardInput.availableData.isEmpty {
        input.cancel()
        serving.cancel()
    }
}
input.resume()
try await serving.value
