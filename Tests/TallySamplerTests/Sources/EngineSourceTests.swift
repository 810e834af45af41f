#if Docker
import Foundation
import NIOHTTP1
import Synchronization
import Tally
import TallyTesting
import Testing

@testable import TallySampler

struct EngineSourceTests {
    /// The answers of an engine with these containers, whose values come from `stats`.
    private static func route(
        _ numbers: some Sequence<Int> & Sendable,
        stats: @escaping @Sendable (Int) -> FakeEngine.Answer = { .ok(StatsText(id: containerID($0)).text) }
    ) -> FakeEngine.Route {
        { uri in
            switch uri {
            case "/_ping": return .ok("OK")
            case "/v1.41/containers/json": return .ok(listText(numbers))
            default:
                for number in numbers
                where uri == "/v1.41/containers/\(containerID(number))/stats?stream=false&one-shot=true" {
                    return stats(number)
                }
                return .reply(.notFound, Array(#"{"message":"no such path"}"#.utf8))
            }
        }
    }

    private func source(
        _ engine: FakeEngine,
        clock: any Clock<Duration> = ContinuousClock(),
        limits: EngineSource.Limits = EngineSource.Limits(
            ping: .seconds(600),
            list: .seconds(600),
            stats: .seconds(600),
            inspection: .seconds(600)
        ),
        owner: @escaping @Sendable (EngineContainer) async throws -> SampleSubject? = { .container($0.ownerName) }
    ) -> SampleSource {
        .docker(
            EngineSource(
                sockets: .given(engine.socket),
                limits: limits,
                clock: clock,
                hostMemory: { 1 << 30 },
                owner: owner
            )
        )
    }

    private func reason(_ source: SampleSource) async -> SourceError.Reason? {
        do {
            _ = try await source.read(tick(0))
            return nil
        } catch {
            return (error as? SourceError)?.reason
        }
    }

    // MARK: Requests and samples

    @Test func containersBecomeTargetsAndTargetsBecomeSamples() async throws {
        let engine = try await FakeEngine(route: Self.route(1...3))
        let source = source(engine)
        let reading = try await source.read(tick(0))
        #expect(reading.errors.isEmpty)
        #expect(reading.containersRunning == 3)
        #expect(reading.targets.map(\.id) == (1...3).map(containerID))
        let sample = try await reading.targets[1].read()
        #expect(
            sample
                == Sample(
                    subject: .container("c2"),
                    containerID: containerID(2),
                    values: [.cpuSeconds: 1, .memoryUsedBytes: 700, .memoryLimitBytes: 67_108_864, .processes: 3]
                )
        )
        #expect(
            engine.seen
                == [
                    "/_ping", "/v1.41/containers/json",
                    "/v1.41/containers/\(containerID(2))/stats?stream=false&one-shot=true",
                    "/v1.41/containers/\(containerID(2))/json",
                ].map { FakeEngine.Seen(uri: $0, host: "localhost") }
        )
        await source.shutdown()
    }

    @Test func theSecondSampleHasACPUShare() async throws {
        let step = Atomic<Int>(0)
        let engine = try await FakeEngine(
            route: Self.route([1]) { _ in
                let step = step.load(ordering: .relaxed)
                let cpu = UInt64(10 + 7.5 * Double(step)) * 1_000_000_000
                return .ok(
                    StatsText(read: Double(step), cpu: cpu, system: UInt64(1000 + 30 * step) * 1_000_000_000).text
                )
            }
        )
        let source = source(engine)
        func share(_ next: Int, at seconds: Int) async throws -> Double? {
            step.store(next, ordering: .relaxed)
            return try await source.read(tick(seconds)).targets.first?.read()?.values[.cpuPercent]
        }
        #expect(try await share(0, at: 0) == nil)
        #expect(isClose(try await share(2, at: 15), 50))
        // A restart, then further readings.
        #expect(try await share(0, at: 30) == nil)
        #expect(isClose(try await share(2, at: 45), 50))
        // The container leaves the list, and comes back.
        let all = Self.route([1]) { _ in .hang }
        engine.answer { uri in uri.contains("json") ? .ok("[]") : all(uri) }
        #expect(try await source.read(tick(60)).targets.isEmpty)
        engine.answer(
            Self.route([1]) { _ in .ok(StatsText(read: 100, cpu: 100_000_000_000, system: 2_000_000_000_000).text) }
        )
        #expect(try await source.read(tick(75)).targets.first?.read()?.values[.cpuPercent] == nil)
        await source.shutdown()
    }

    @Test func implausibleSharesAreReportedWithTheNextTick() async throws {
        let step = Atomic<Int>(0)
        let engine = try await FakeEngine(
            route: Self.route([1]) { _ in
                let step = UInt64(step.add(1, ordering: .relaxed).newValue)
                return .ok(
                    StatsText(read: Double(step), cpu: step * 1_000_000_000_000, system: step * 1_000_000_000).text
                )
            }
        )
        let source = source(engine)
        _ = try await source.read(tick(0)).targets.first?.read()
        let second = try await source.read(tick(15))
        let sample = try #require(try await second.targets.first?.read())
        #expect(sample.values[.cpuPercent] == nil)
        #expect(sample.values[.cpuSeconds] == 2000)
        #expect(try await source.read(tick(30)).errors.map(\.reason) == [.implausible])
        #expect(try await source.read(tick(45)).errors.isEmpty)
        await source.shutdown()
    }

    @Test func aLateAnswerIsDropped() async throws {
        let text = Mutex("")
        let engine = try await FakeEngine(route: Self.route([1]) { _ in .ok(text.withLock { $0 }) })
        let source = source(engine)
        let early = try await source.read(tick(0))
        let late = try await source.read(tick(15))
        func sample(_ reading: SourceReading, _ read: Double, _ cpu: UInt64) async throws -> Sample? {
            text.withLock {
                $0 = StatsText(read: read, cpu: cpu * 1_000_000_000, system: UInt64(read) * 2_000_000_000 + 9).text
            }
            return try await reading.targets.first?.read()
        }
        #expect(try await sample(late, 15, 10) != nil)
        // The answer to an earlier request arrives later.
        #expect(try await sample(early, 0, 5) == nil)
        let next = try await source.read(tick(30))
        #expect(isClose(try await sample(next, 30, 17)?.values[.cpuPercent], 700 / 15))
        // A repeated answer is not a new sample.
        #expect(try await sample(try await source.read(tick(45)), 30, 17) == nil)
        await source.shutdown()
    }

    @Test func aLimitOfAllMachineMemoryIsAbsent() async throws {
        let rest = #""memory_stats":{"usage":1000,"limit":1073741824}"#
        let engine = try await FakeEngine(
            route: Self.route([1]) { _ in .ok(StatsText(rest: rest).text) }
        )
        let source = source(engine)
        let sample = try await source.read(tick(0)).targets.first?.read()
        #expect(sample?.values[.memoryLimitBytes] == nil)
        #expect(sample?.values[.memoryUsedBytes] == 1000)
        await source.shutdown()
    }

    @Test func theHostMapsContainersToItsOwnThings() async throws {
        let engine = try await FakeEngine(route: Self.route(1...3))
        let source = source(engine) { container in
            await Task.yield()
            return container.name == "c2" ? nil : SampleSubject(kind: "instance", id: "4", name: "of \(container.name)")
        }
        let reading = try await source.read(tick(0))
        var samples: [Sample?] = []
        for target in reading.targets { samples.append(try await target.read()) }
        let subjects = samples.map { $0?.subject }
        let owner = SampleSubject(kind: "instance", id: "4")
        #expect(subjects == [owner, nil, owner])
        #expect(subjects.map { $0?.name } == ["of c1", nil, "of c3"])
        #expect(samples.map { $0?.containerID } == [containerID(1), nil, containerID(3)])
        await source.shutdown()
    }

    @Test func anOwnerIsFoundOnceUntilItIsUnknownOrTheContainerIsRenamed() async throws {
        struct NoDatabase: Error {}
        let calls = Locked<[String]>([])
        let names = Locked(["c1", "c2", "c3"])
        let engine = try await FakeEngine { uri in
            guard uri.hasSuffix("/containers/json") else { return Self.route(1...3)(uri) }
            let entries = names.withLock { $0 }.enumerated().map { index, name in
                #"{"Id":"\#(containerID(index + 1))","Names":["/\#(name)"]}"#
            }
            return .ok("[\(entries.joined(separator: ","))]")
        }
        let source = source(engine) { container in
            calls.withLock { $0.append(container.name) }
            switch container.name {
            case "c2": return nil
            case "c3": throw NoDatabase()
            default: return SampleSubject(kind: "instance", id: "42")
            }
        }
        func errors(_ time: Int) async throws -> Int {
            let reading = try await source.read(tick(time))
            var count = 0
            for target in reading.targets {
                do { _ = try await target.read() } catch is NoDatabase { count += 1 }
            }
            return count
        }
        #expect(try await errors(0) == 1)
        #expect(try await errors(15) == 1, "an error costs one container only")
        #expect(calls.withLock(\.self) == ["c1", "c2", "c3", "c2", "c3"])
        names.withLock { $0 = ["d1"] }
        #expect(try await errors(30) == 0)
        names.withLock { $0 = [] }
        _ = try await errors(45)
        names.withLock { $0 = ["d1"] }
        _ = try await errors(60)
        #expect(calls.withLock { $0.suffix(2) } == ["d1", "d1"], "a container that was gone is asked for again")
        await source.shutdown()
    }

    // MARK: Failures

    @Test func aMissingEngineIsUnavailable() async throws {
        let nowhere = SampleSource.docker(socket: "/no/such.sock")
        #expect(await reason(nowhere) == .unavailable)
        // A socket that an engine left behind.
        let tree = try FileTree(["left.sock": ""])
        // Longer than the refusal takes on a busy machine.
        let patient = EngineSource.Limits(ping: .seconds(600))
        let left = EngineSource(sockets: .given("\(tree.path)/left.sock"), limits: patient) { .container($0.name) }
        #expect(await reason(.docker(left)) == .unavailable)
        #expect(await reason(.docker(socket: String(repeating: "x", count: 200))) == .unavailable)
    }

    @Test func anEngineThatRecoversIsReadAgain() async throws {
        let engine = try await FakeEngine(route: Self.route([1]))
        let source = source(engine)
        #expect(try await source.read(tick(0)).targets.count == 1)
        engine.answer { _ in .close }
        #expect(await reason(source) == .failed)
        engine.answer(Self.route(1...2))
        #expect(try await source.read(tick(30)).targets.count == 2)
        await source.shutdown()
    }

    @Test func responseStatusesBecomeErrorReasons() async throws {
        let engine = try await FakeEngine(
            route: Self.route(1...4) { number in
                switch number {
                case 1: .reply(.notFound, [])
                case 2: .reply(.internalServerError, Array("boom".utf8))
                case 3: .ok("")
                default: .ok("{\"read\":")
                }
            }
        )
        let source = source(engine)
        let targets = try await source.read(tick(0)).targets
        #expect(try await targets[0].read() == nil)
        let refused = await #expect(throws: SourceError.self) { try await targets[1].read() }
        #expect(refused?.reason == .refused)
        #expect(
            refused?.message.contains(
                "500 to /v1.41/containers/\(containerID(2))/stats?stream=false&one-shot=true: boom"
            ) == true
        )
        #expect(try await targets[2].read() == nil)
        let malformed = await #expect(throws: SourceError.self) { try await targets[3].read() }
        #expect(malformed?.reason == .malformed)
        engine.answer { _ in .reply(.internalServerError, []) }
        #expect(await reason(source) == .refused)
        await source.shutdown()
    }

    @Test func theContainerCountIsReadWithoutAList() async throws {
        let engine = try await FakeEngine { uri in
            switch uri {
            case "/_ping": .ok("OK")
            case "/v1.41/info": .ok(#"{"ContainersRunning":7}"#)
            default: .ok("nonsense")
            }
        }
        let source = source(engine)
        let reading = try await source.read(tick(0))
        #expect(reading.containersRunning == 7)
        #expect(reading.targets.isEmpty)
        #expect(reading.errors.map(\.reason) == [.malformed])
        await source.shutdown()
    }

    @Test func aRejectedAPIVersionIsOmitted() async throws {
        let engine = try await FakeEngine { uri in
            switch uri {
            case "/_ping": .ok("OK")
            case "/containers/json": .ok(listText([1]))
            case "/containers/\(containerID(1))/stats?stream=false&one-shot=true": .ok(StatsText().text)
            default: .reply(.badRequest, Array("client version 1.41 is too old".utf8))
            }
        }
        let source = source(engine)
        #expect(try await source.read(tick(0)).targets.first?.read() != nil)
        await source.shutdown()
    }

    @Test func chunkedAnswersAreRead() async throws {
        let whole = Self.route(1...2)
        let engine = try await FakeEngine { uri in
            guard case .reply(let status, let body, _) = whole(uri) else { return .hang }
            return .reply(status, body, isChunked: true)
        }
        let source = source(engine)
        #expect(try await source.read(tick(0)).targets.last?.read()?.subject == .container("c2"))
        await source.shutdown()
    }

    @Test(arguments: [false, true])
    func answersOverEightMegabytesAreRejected(isChunked: Bool) async throws {
        let body = Array(repeating: UInt8(ascii: " "), count: (8 << 20) + 1)
        let engine = try await FakeEngine { uri in
            switch uri {
            case "/_ping": .ok("OK")
            case "/v1.41/containers/json": .reply(.ok, body, isChunked: isChunked)
            default: .reply(.notFound, [])
            }
        }
        let source = source(engine)
        let reading = try await source.read(tick(0))
        #expect(reading.errors.map(\.reason) == [.malformed])
        #expect(reading.errors.first?.message.contains("8 MiB") == true)
        await source.shutdown()
    }

    @Test func atMostAThousandContainersWithAnOwnerAreRead() async throws {
        let engine = try await FakeEngine(route: Self.route(1...1_001))
        let source = source(engine)
        let reading = try await source.read(tick(0))
        #expect(reading.targets.count == 1_001)
        #expect(reading.containersRunning == 1_001)
        var count = 0
        for target in reading.targets where try await target.read() != nil { count += 1 }
        #expect(count == 1_000)
        // Reported with the next list.
        #expect(try await source.read(tick(15)).errors.map(\.reason) == [.limit])
        await source.shutdown()
        // Containers without an owner do not take the places of others.
        let last = self.source(engine) { $0.name == "c1001" ? .container($0.name) : nil }
        let one = try await last.read(tick(0))
        var samples: [Sample] = []
        for target in one.targets {
            if let sample = try await target.read() { samples.append(sample) }
        }
        #expect(samples.map(\.subject) == [.container("c1001")])
        #expect(try await last.read(tick(15)).errors.isEmpty)
        await last.shutdown()
    }
}
#endif
