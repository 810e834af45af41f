// Measures how long a host's own connections stall while its metrics are scraped.
//
// An echo server uses all loops of the shared group, as do the listener's connections. A client on its own loops
// measures round trips, one every millisecond, to each of the server's loops: without scrapes, and during 2, 8 and 30
// concurrent gzip scrapes of a million series.
//
//     fire-stall [SERIES]
import Foundation
import NIOCore
import NIOPosix
import Tally
import TallyListener

let series = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 1_000_000

struct Shot: LabelSet {
    var battery: String
    var shot: String
    static let schema: [Label<Self>] = [Label("battery", \.battery), Label("shot", \.shot)]
}

let registry = MetricRegistry()
let shots = Family<Shot, Counter>("fire_shots_total", help: "Shots.", maxChildren: series, in: registry)
for index in 0..<series {
    shots[Shot(battery: "battery \(index % 1_000)", shot: "shot number \(index)")].increment(by: index)
}

// Scrapes may take any time, because only their effect on other connections is measured.
let limits = ListenerLimits(requestTimeout: .seconds(600))
let listener = MetricsListener(registry: registry, port: 0, limits: limits)
let (ports, port) = AsyncStream.makeStream(of: Int.self)
let serving = Task { try await listener.run { port.yield($0.port) } }
guard let metricsPort = await ports.first(where: { _ in true }) else { fatalError("the listener did not start") }

let echo = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
    .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Echo()) }
    }
    .bind(host: "127.0.0.1", port: 0).get()
guard let echoPort = echo.localAddress?.port else { fatalError("the echo server has no port") }

/// The rounds are shown separately, because other work on the machine can dominate the longest stall.
let rounds = 5
let loads = [0, 2, 8, 30]
var measured: [[Round]] = loads.map { _ in [] }
for _ in 0..<rounds {
    for (index, load) in loads.enumerated() { measured[index].append(try await measure(scrapes: load)) }
}
print("\(series) series, \(System.coreCount) cores; stalls of a host's connections in ms, longest of \(rounds) rounds")
print("scrapes at once   round trips      p50      p99     least   median  longest   scrapes done in s")
for (load, rounds) in zip(loads, measured) { print(row(load, rounds)) }

try await echo.close().get()
serving.cancel()
try await serving.value

struct Round {
    var times: [Duration]
    var seconds: Double
}

/// Measures round trips while the scrapes run, or for two seconds without any.
func measure(scrapes: Int) async throws -> Round {
    let clients = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let pings = (0..<System.coreCount).map { _ in Pings() }
    var channels: [any Channel] = []
    for ping in pings {
        let channel = try await ClientBootstrap(group: clients)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { $0.pipeline.addHandler(ping.handler()) }
            .connect(host: "127.0.0.1", port: echoPort).get()
        channels.append(channel)
    }
    let started = ContinuousClock.now
    if scrapes == 0 {
        try await Task.sleep(for: .seconds(2))
    } else {
        try await withThrowingDiscardingTaskGroup { group in
            for _ in 0..<scrapes { group.addTask { try await scrape() } }
        }
    }
    let seconds = started.duration(to: .now) / .seconds(1)
    for channel in channels { try await channel.close() }
    try await clients.shutdownGracefully()
    return Round(times: pings.flatMap(\.times).sorted(), seconds: seconds)
}

func row(_ scrapes: Int, _ rounds: [Round]) -> String {
    let times = rounds.flatMap(\.times).sorted()
    let longest = rounds.compactMap(\.times.last).sorted()
    func milliseconds(_ times: [Duration], _ rank: Double) -> String {
        let index = min(times.count - 1, Int(Double(times.count) * rank))
        return String(format: "%8.2f ", times[index] / .milliseconds(1))
    }
    let ranks = milliseconds(times, 0.5) + milliseconds(times, 0.99)
    let stalls = milliseconds(longest, 0) + milliseconds(longest, 0.5) + milliseconds(longest, 1)
    let seconds = String(format: "%19.1f", rounds.map(\.seconds).min() ?? 0)
    return String(format: "%15d %13d ", scrapes, times.count) + ranks + " " + stalls + seconds
}

/// Runs one scrape in a separate program, so that its work does not count as the server's.
func scrape() async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
    process.arguments = [
        "--silent", "--fail", "--output", "/dev/null", "--header", "Accept-Encoding: gzip",
        "http://127.0.0.1:\(metricsPort)/metrics",
    ]
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        process.terminationHandler = { process in
            let status = process.terminationStatus
            continuation.resume(with: status == 0 ? .success(()) : .failure(ScrapeFailed(status: status)))
        }
        do {
            try process.run()
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

struct ScrapeFailed: Error {
    let status: Int32
}
