import Foundation
import Synchronization
import TallyTesting
import Testing

@testable import Tally
@testable import TallySampler

/// Regression tests for the ready-made sources.
@Suite(.timeLimit(.minutes(5)))
struct SourceDefectTests {
    private let clock = ManualClock()

    private static func facts(_ cpuSeconds: Double) -> ProcessFacts {
        ProcessFacts(
            id: 1,
            cpuSeconds: cpuSeconds,
            residentBytes: 1,
            virtualBytes: nil,
            virtualBytesLimit: nil,
            threads: nil,
            startSeconds: nil,
            descriptors: nil,
            descriptorLimit: nil
        )
    }

    /// The files of cgroup v2 groups, and their mounts.
    private static func groups(_ files: [String: String]) throws -> FileTree {
        let tree = try FileTree(files)
        try tree.write("mounts", "cgroup2 \(tree.path)/cg cgroup2 rw 0 0\n")
        return tree
    }

    private func source(_ tree: FileTree) -> SourceBench {
        let source = ControlGroupSource(
            mounts: "\(tree.path)/mounts",
            proc: "\(tree.path)/proc",
            limit: 10,
            clock: clock,
            cpus: { 2 },
            isWanted: { $0.containerID != nil || $0.isSystemService }
        )
        return SourceBench(tree: tree, source: SampleSource("cgroups") { try await source.read($0) })
    }

    // MARK: CPU shares

    @Test func aProcessShareUsesTheTimeBetweenReadings() async throws {
        let seconds = Locked([10, 15, 55, 60.0][...])
        let source = ProcessSource(clock: clock) { Self.facts(seconds.withLock { $0.popFirst() ?? 0 }) }
        func share(tick number: Int, readAfter wait: Int) async throws -> Double? {
            clock.advance(by: .seconds(wait))
            return try await source.read(tick(number)).samples.first?.values[.cpuPercent]
        }
        // The first is read five seconds after its tick begins, the second at once.
        #expect(try await share(tick: 0, readAfter: 5) == nil)
        #expect(try await share(tick: 15, readAfter: 10) == 50)
        // The ticks determine the age of the previous reading: five intervals are allowed, however late the read is.
        #expect(try await share(tick: 90, readAfter: 80) == 50)
        #expect(try await share(tick: 166, readAfter: 10) == nil)
    }

    @Test func aGroupShareUsesTheTimeBetweenReadings() async throws {
        let file = "cg/system.slice/cron.service/cpu.stat"
        let tree = try Self.groups([file: "usage_usec 1000000\n"])
        let source = source(tree)
        clock.advance(by: .seconds(5))
        #expect(try await source.read(tick(0)).samples.first?.values == [.cpuSeconds: 1])
        try tree.write(file, "usage_usec 6000000\n")
        clock.advance(by: .seconds(10))
        #expect(try await source.read(tick(15)).samples.first?.values[.cpuPercent] == 50)
    }

    @Test func everyGroupHasItsOwnReadingTime() throws {
        let tree = try Self.groups(["cg/a/cpu.stat": "usage_usec 1\n", "cg/b/cpu.stat": "usage_usec 1\n"])
        let time = Atomic<Int>(0)
        let files = ControlGroupFiles(
            mounts: ControlGroupMounts(text: try KernelFile.read("\(tree.path)/mounts")),
            proc: "\(tree.path)/proc",
            devices: BlockDevices(sys: "\(tree.path)/sys"),
            now: { .seconds(time.add(1, ordering: .relaxed).newValue) }
        )
        let times = try ["a", "b"].map { try files.usage(of: ControlGroup(path: $0)).time }
        #expect(times == [.seconds(1), .seconds(2)])
        withExtendedLifetime(tree) {}
    }

    // MARK: Files that hang

    @Test func hangingProcessFilesAreAwaitedOnce() async throws {
        let gate = DispatchSemaphore(value: 0)
        defer { gate.signal() }
        let calls = Atomic<Int>(0)
        let source = ProcessSource(clock: clock) {
            calls.add(1, ordering: .relaxed)
            gate.wait()
            return Self.facts(1)
        }
        let first = Task { try await source.read(tick(0)) }
        try await clock.waitForSleepers(1)
        clock.advance(by: .seconds(5))
        let late = try await first.value
        #expect(late.errors.map(\.reason) == [.timeout])
        #expect(late.samples.isEmpty)
        // The clock stands still, so no read waits again.
        #expect(try await source.read(tick(4)).errors.map(\.reason) == [.timeout])
        #expect(try await source.read(tick(5)).errors.map(\.reason) == [.stuck])
        let made = calls.load(ordering: .relaxed)
        #expect(made <= 1)
    }

    #if Docker
    @Test func aHangingMemoryFileLosesNoContainer() async throws {
        let gate = DispatchSemaphore(value: 0)
        defer { gate.signal() }
        let calls = Atomic<Int>(0)
        let engine = try await FakeEngine { uri in
            switch uri {
            case "/_ping": .ok("OK")
            case "/v1.41/containers/json": .ok(listText([1]))
            default: .ok(StatsText(rest: #""memory_stats":{"usage":1000,"limit":1073741824}"#).text)
            }
        }
        let source = SampleSource.docker(
            EngineSource(
                sockets: .given(engine.socket),
                clock: clock,
                hostMemory: {
                    if calls.add(1, ordering: .relaxed).newValue > 1 { gate.wait() }
                    return 1 << 30
                },
                owner: { .container($0.name) }
            )
        )
        #expect(try await source.read(tick(0)).errors.isEmpty)
        let second = Task { try await source.read(tick(15)) }
        // The requests have been answered by then, so only this read sleeps.
        while calls.load(ordering: .relaxed) < 2, !Task.isCancelled { await Task.yield() }
        try await clock.waitForSleepers(1)
        clock.advance(by: .seconds(5))
        let reading = try await second.value
        #expect(reading.errors.map(\.reason) == [.timeout])
        let sample = try #require(try await reading.targets.first?.read())
        #expect(sample.values[.memoryUsedBytes] == 1000)
        // The memory size is still known, so a limit of that size is absent.
        #expect(sample.values[.memoryLimitBytes] == nil)
        await source.shutdown()
    }
    #endif

    /// A clock on which every sleep ends at once.
    private struct HastyClock: Clock {
        typealias Duration = Swift.Duration
        typealias Instant = ManualClock.Instant

        var now: Instant { Instant(offset: .zero) }
        var minimumResolution: Duration { .nanoseconds(1) }
        func sleep(until deadline: Instant, tolerance: Duration?) async throws {}
    }

    /// The test cannot control which of two threads is first, so it repeats.
    @Test func aTimerThatFiresAtOnceIsNotLost() async {
        for _ in 0..<1_000 {
            let gate = DispatchSemaphore(value: 0)
            let call = SingleCall(clock: HastyClock(), patience: .zero) { gate.wait() }
            let outcome = await call.outcome(at: .zero)
            gate.signal()
            guard case .late = outcome else { return #expect(Bool(false), "the call was not late") }
        }
    }

    // MARK: Engine sockets

    #if Docker
    @Test func aForbiddenSocketDoesNotHideAnAccessibleOne() throws {
        let sockets = EngineSockets(paths: ["/none", "/first", "/second", "/third"])
        let path = try sockets.present(exists: { $0 != "/none" }, isOpen: { $0 == "/third" })
        #expect(path == .socket("/third"))
        let error = #expect(throws: SourceError.self) {
            try sockets.present(exists: { $0 != "/none" }, isOpen: { _ in false })
        }
        #expect(error?.reason == .forbidden)
        #expect(error?.message == "no permission to use /first: join the socket's group")
        let none = #expect(throws: SourceError.self) {
            try sockets.present(exists: { _ in false }, isOpen: { _ in false })
        }
        #expect(none?.reason == .unavailable)
    }

    @Test(
        arguments: [
            ("ssh://user:secret@host", ", not ssh://"), ("http://user:secret@10.0.0.1:2375", ", not http://"),
            ("user:secret@host", ""), ("user:secret@host://", ""), ("://secret", ""), ("secret", ""),
        ]
    )
    func errorsRevealOnlyTheSchemeOfAnAddress(_ address: String, _ told: String) {
        let sockets = EngineSockets.usual { $0 == "DOCKER_HOST" ? address : nil }
        #expect(sockets.fault == "DOCKER_HOST must begin with unix:// or tcp://\(told)")
        #expect(sockets.paths.isEmpty)
    }
    #endif

    // MARK: Groups

    @Test func anUnreadableNetworkDoesNotAffectOtherValues() async throws {
        let group = "system.slice/docker-\(String(repeating: "0123456789abcdef", count: 4)).scope"
        let tree = try Self.groups([
            "cg/\(group)/cpu.stat": "usage_usec 2500000\n",
            "cg/\(group)/cgroup.procs": "42\n",
            // Reading a folder fails with an error that a removed group does not cause.
            "proc/42/net/dev/x": "",
        ])
        try tree.link("proc/42/ns/net", to: "net:[2]")
        try tree.link("proc/self/ns/net", to: "net:[1]")
        let reading = try await source(tree).read(tick(0))
        #expect(reading.errors.isEmpty)
        #expect(reading.samples.map(\.values) == [[.cpuSeconds: 2.5]])
    }
}
