#if Docker
import Foundation
import NIOHTTP1
import Synchronization
import Tally
import TallyTesting
import Testing

@testable import TallySampler

/// Regression tests for the source of an engine.
@Suite(.timeLimit(.minutes(10)))
struct EngineDefectTests {
    private static let patient = EngineSource.Limits(
        ping: .seconds(600),
        list: .seconds(600),
        stats: .seconds(600),
        inspection: .seconds(600)
    )

    private func source(_ sockets: EngineSockets, clock: any Clock<Duration> = ContinuousClock()) -> SampleSource {
        .docker(
            EngineSource(sockets: sockets, limits: Self.patient, clock: clock, hostMemory: { nil }) {
                .container($0.name)
            }
        )
    }

    /// A list with one container, with these fields.
    private static func list(_ fields: String) -> String { #"[{"Id":"\#(containerID(1))",\#(fields)}]"# }

    private static func listed(_ fields: String) throws -> EngineContainer.Listed? {
        try EngineContainer.list(Array(list(fields).utf8)).first
    }

    // MARK: Names, states and health

    /// The other names of a container are those by which others link it.
    @Test(
        arguments: [
            (#"["/web/db","/db"]"#, "db"), (#"["/db","/web/db"]"#, "db"), (#"["/web/db"]"#, "db"), (#"["db"]"#, "db"),
            (#"["/"]"#, containerID(1)), ("[]", containerID(1)), (#"["//"]"#, containerID(1)),
        ]
    )
    func aContainersNameIsItsOwn(_ names: String, _ name: String) throws {
        #expect(try Self.listed(#""Names":\#(names)"#)?.container.name == name)
    }

    @Test func statesAndHealthComeFromTheList() throws {
        func details(_ state: String, _ status: String) throws -> [String]? {
            try Self.listed(#""State":"\#(state)","Status":"\#(status)""#)?.details.flatMap(\.part)
        }
        #expect(try details("running", "Up 2 hours") == ["running"])
        #expect(try details("running", "Up 2 hours (healthy)") == ["running", "healthy"])
        #expect(try details("running", "Up 5 seconds (unhealthy)") == ["running", "unhealthy"])
        #expect(try details("running", "Up Less than a second (health: starting)") == ["running", "starting"])
        #expect(try details("paused", "Up 2 hours (Paused)") == ["paused"])
        #expect(try details("restarting", "Restarting (1) 3 seconds ago") == ["restarting"])
        #expect(try details("exited", "Exited (0) 2 hours ago") == nil)
    }

    @Test func aRestartingContainerHasAStateButNoUsage() async throws {
        let engine = try await FakeEngine { uri in
            uri == "/_ping" ? .ok("OK") : .ok(Self.list(#""Names":["/a"],"State":"restarting","Image":"nginx""#))
        }
        let source = source(.given(engine.socket))
        let reading = try await source.read(tick(0))
        #expect(reading.containersRunning == 0)
        let sample = try await reading.targets.first?.read()
        #expect(sample?.details == [SampleDetail(.state, ["restarting"], 1)])
        #expect(sample?.values.isEmpty == true)
        let origin = SampleOrigin(id: "/docker/\(containerID(1))", name: "a", image: "nginx")
        #expect(sample?.origin == origin)
        await source.shutdown()
    }

    /// The count is requested for a new container, and after a start.
    @Test func restartsAreRequestedOnlyWhenTheyMayHaveChanged() async throws {
        let restarts = Atomic<Int>(2)
        let status = Mutex("Up 2 hours")
        let cpu = Mutex<UInt64>(10)
        let engine = try await FakeEngine { uri in
            switch uri {
            case "/_ping": .ok("OK")
            case "/v1.41/containers/json": .ok(Self.list(#""Names":["/a"],"Status":"\#(status.withLock(\.self))""#))
            case "/v1.41/containers/\(containerID(1))/json":
                .ok(#"{"RestartCount":\#(restarts.load(ordering: .relaxed))}"#)
            default: .ok(StatsText(read: Double(cpu.withLock(\.self)), cpu: cpu.withLock(\.self)).text)
            }
        }
        let source = source(.given(engine.socket))
        var number = 0
        func read(_ seconds: UInt64) async throws -> (restarts: Double?, asked: Int) {
            cpu.withLock { $0 = seconds }
            number += 15
            let sample = try await source.read(tick(number)).targets.first?.read()
            let asked = engine.seen.count { $0.uri.hasSuffix("\(containerID(1))/json") }
            return (sample?.details.first { $0.metric == .restarts }?.value, asked)
        }
        #expect(try await read(10) == (2, 1))
        restarts.store(3, ordering: .relaxed)
        #expect(try await read(20) == (2, 1))
        // Its CPU time began again.
        #expect(try await read(5) == (3, 2))
        restarts.store(4, ordering: .relaxed)
        status.withLock { $0 = "Up 3 seconds" }
        #expect(try await read(30) == (4, 3))
        await source.shutdown()
    }

    // MARK: Totals and parts

    @Test func aNetworkThatLeavesDoesNotReduceTheTotal() async throws {
        let networks = Mutex(
            #"{"eth0":{"rx_bytes":1000000000,"tx_bytes":1},"eth1":{"rx_bytes":10000000000,"tx_bytes":2}}"#
        )
        let read = Atomic<Int>(0)
        let engine = try await FakeEngine { uri in
            switch uri {
            case "/_ping": return .ok("OK")
            case "/v1.41/containers/json": return .ok(listText([1]))
            default:
                let time = Double(read.add(1, ordering: .relaxed).newValue)
                return .ok(StatsText(read: time, rest: #""networks":\#(networks.withLock(\.self))"#).text)
            }
        }
        let source = source(.given(engine.socket))
        func sample(_ seconds: Int) async throws -> Sample? {
            try await source.read(tick(seconds)).targets.first?.read()
        }
        #expect(try await sample(0)?.values[.networkReceivedBytes] == 11_000_000_000)
        networks.withLock { $0 = #"{"eth0":{"rx_bytes":1000000007,"tx_bytes":1}}"# }
        let second = try await sample(15)
        #expect(second?.values[.networkReceivedBytes] == 11_000_000_007)
        #expect(
            second?.details.filter { $0.metric == .networkReceived } == [
                SampleDetail(.networkReceived, ["eth0"], 1_000_000_007)
            ]
        )
        await source.shutdown()
    }

    @Test func throttlingAndKindsOfMemoryAreRead() throws {
        let rest = #"""
            "memory_stats":{"usage":1000,"stats":{"total_cache":300,"total_rss":200,"cache":1,"rss":2}},
            "blkio_stats":{"io_service_bytes_recursive":[
            {"major":8,"minor":0,"op":"Read","value":100},{"major":8,"minor":16,"op":"Write","value":5}]}
            """#
        let text = StatsText(rest: rest).text.replacing(
            #""cpu_stats":{"#,
            with: #""cpu_stats":{"throttling_data":{"periods":9,"throttled_periods":4,"throttled_time":2500000000},"#
        )
        let stats = try #require(
            try EngineStats(body: Array(text.utf8), of: containerID(1), engine: .docker)
        )
        #expect(stats.values[.memoryCacheBytes] == 300)
        #expect(stats.values[.memoryResidentBytes] == 200)
        #expect(stats.values[.cpuThrottledSeconds] == 2.5)
        #expect(stats.details == [SampleDetail(.throttlingPeriods, 9), SampleDetail(.throttledPeriods, 4)])
        let names = stats.disks.map(\.name)
        #expect(names == ["8:0", "8:16"])
        let podman = try EngineStats(body: Array(text.utf8), of: containerID(1), engine: .podman)
        #expect(podman?.disks.map(\.name) == ["0:8", "16:8"], "Podman swaps the numbers")
        // Without a limit, there are no periods.
        let unlimited = text.replacing(#""periods":9"#, with: #""periods":0"#)
        #expect(try EngineStats(body: Array(unlimited.utf8), of: containerID(1), engine: .docker)?.details == [])
    }

    // MARK: Connections

    /// All pooled connections of an engine that has exited are closed. A new one shows that nothing listens.
    @Test func anEngineThatExitsDuringRequestsIsUnavailable() async throws {
        let engine = try await FakeEngine { _ in .ok("OK") }
        let client = EngineClient(clock: ContinuousClock())
        let address = EngineAddress.socket(engine.socket)
        // Eight connections that stay open for the next requests.
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { _ = try? await client.get("/_ping", at: address, within: .seconds(600)) }
            }
        }
        engine.answer { _ in .close }
        try await engine.stop()
        for _ in 0..<8 {
            let error = await #expect(throws: SourceError.self) {
                try await client.get("/_ping", at: address, within: .seconds(600))
            }
            #expect(error?.reason == .unavailable)
        }
        await client.shutdown()
    }

    /// A request that meets closed connections of the pool succeeds on a new one.
    @Test func closedPooledConnectionsLoseNoRequest() async throws {
        let closes = Mutex<Set<String>>([])
        let engine = try await FakeEngine { uri in
            // The first request of each path finds its connection closed.
            closes.withLock { $0.insert(uri).inserted } && uri != "/_ping" ? .close : .ok("OK")
        }
        let client = EngineClient(clock: ContinuousClock())
        let statuses = await withTaskGroup(of: UInt?.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let reply = try? await client.get("/\(number)", at: .socket(engine.socket), within: .seconds(600))
                    return reply.map { UInt($0.status) }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 8))
        #expect(engine.seen.count == 16, "each is asked once more, and not again")
        await client.shutdown()
    }

    @Test func anAnswerThatEndsEarlyIsRequestedOnceMore() async throws {
        let folder = try FileTree()
        let first = Atomic<Int>(0)
        let path = "\(folder.path)/engine.sock"
        let engine = try await HalfEngine(path) { first.add(1, ordering: .relaxed).newValue == 1 }
        let client = EngineClient(clock: ContinuousClock())
        let reply = try await client.get("/_ping", at: .socket(path), within: .seconds(600))
        #expect(reply.body == Array("OK".utf8))
        await client.shutdown()
        try await engine.stop()
    }

    @Test func anEngineOnAPortOfThisMachineIsRead() async throws {
        let engine = try await FakeEngine(onPort: true) { uri in
            switch uri {
            case "/_ping": .ok("OK")
            case "/v1.41/containers/json": .ok(listText([1]))
            default: .ok(StatsText().text)
            }
        }
        let port = try #require(engine.port)
        let sockets = EngineSockets.usual { $0 == "DOCKER_HOST" ? "tcp://127.0.0.1:\(port)" : nil }
        let source = source(sockets)
        #expect(try await source.read(tick(0)).targets.first?.read()?.subject == .container("c1"))
        #expect(engine.seen.allSatisfy { $0.host == "localhost" })
        await source.shutdown()
        try await engine.stop()
        let error = await #expect(throws: SourceError.self) { try await source.read(tick(15)) }
        #expect(error?.reason == .unavailable)
        await source.shutdown()
    }

    // MARK: Time

    /// Half a core of Podman's, while the wall clock is set back by four seconds.
    @Test func aWallClockSetBackDoesNotRaiseAShareOfPodman() async throws {
        let clock = ManualClock()
        let text = Mutex("")
        let engine = try await FakeEngine(FakeEngine.podman) { uri in
            switch uri {
            case "/_ping": .ok("OK")
            case "/v1.41/containers/json": .ok(listText([1]))
            default: .ok(text.withLock(\.self))
            }
        }
        let source = source(.given(engine.socket), clock: clock)
        func share(_ seconds: Int, wall: Double) async throws -> Double? {
            text.withLock { $0 = StatsText(read: wall, cpu: UInt64(seconds) * 500_000_000 + 1).text }
            clock.advance(to: ManualClock.Instant(offset: .seconds(seconds)))
            return try await source.read(tick(seconds)).targets.first?.read()?.values[.cpuPercent]
        }
        _ = try await share(0, wall: 100)
        #expect(isClose(try await share(5, wall: 101), 50))
        #expect(isClose(try await share(10, wall: 90), 50))
        await source.shutdown()
    }
}
#endif
