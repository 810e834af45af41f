// The program of the guide "Drain a server": a server with a slow request, a listener and a healthcheck in one group. A
// manual clock lets the test, or a person with curl, decide when the delay of the draining is over.
//
//     TallyDrainingServer FOLDER
//     curl --unix-socket FOLDER/server.sock http://localhost/slow       answered after a request of /finish
//     curl --unix-socket FOLDER/metrics.sock http://localhost/ready     also /live, /startup and /metrics
//     curl --unix-socket FOLDER/metrics.sock http://localhost/advance   advances the clock by 5 seconds
//     curl --unix-socket FOLDER/metrics.sock http://localhost/finish
#if Listener && ServiceLifecycle
import Foundation
import Logging
import ServiceLifecycle
import Tally
import TallyHealthcheck
import TallyListener
import TallyTesting
import UnixSignals

/// The program's own server, a stand-in for any framework.
struct Server: Service {
    let listener: MetricsListener
    let name: String

    func run() async throws {
        try await listener.run { address in say("\(name) at \(address)") }
        say("\(name) ended")
    }
}

func say(_ text: String) {
    FileHandle.standardOutput.write(Data("\(text)\n".utf8))
}

func text(_ text: String) -> ListenerResponse {
    ListenerResponse(headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array("\(text)\n".utf8))
}

let folder = CommandLine.arguments.dropFirst().first ?? "."
let registry = MetricRegistry()
let logger = Logger(label: "draining-server")
let clock = ManualClock()
let (finishes, finish) = AsyncStream.makeStream(of: Void.self)
let healthcheck = Healthcheck(
    service: ServiceInfo(name: "draining-server", version: "1.0.0"),
    providers: [],
    clock: clock
)
let slow = ListenerRoute("/slow") { _ in
    say("a slow request began")
    for await _ in finishes { break }
    return text("slow, but whole")
}
let control = [
    ListenerRoute("/finish") { _ in
        finish.yield()
        return text("finishing")
    },
    ListenerRoute("/advance") { _ in
        clock.advance(by: .seconds(5))
        return text("5 seconds later")
    },
]
let server = Server(
    listener: MetricsListener(
        registry: registry,
        addresses: [.unix(path: "\(folder)/server.sock")],
        routes: [slow],
        limits: ListenerLimits(requestTimeout: .seconds(600), shutdownGrace: .seconds(600))
    ),
    name: "server"
)
let listener = Server(
    listener: MetricsListener(
        registry: registry,
        addresses: [.unix(path: "\(folder)/metrics.sock")],
        routes: control,
        healthcheck: healthcheck
    ),
    name: "listener"
)
// GUIDE DrainAServer group
let group = ServiceGroup(
    services: [listener, server, healthcheck.draining(for: .seconds(5))],
    gracefulShutdownSignals: [.sigterm],
    logger: logger
)
try await group.run()
// END
say("ended")
#endif
