import Foundation
import TallyTesting
import Testing

@testable import TallySampler

struct ControlGroupSourceTests {
    private static let id = String(repeating: "0123456789abcdef", count: 4)
    private static let isWanted: @Sendable (ControlGroup) -> Bool = { $0.containerID != nil || $0.isSystemService }

    private static func v2Tree() throws -> FileTree {
        let group = "cg/system.slice/docker-\(id).scope"
        let tree = try FileTree([
            "\(group)/cpu.stat": "usage_usec 2500000\nuser_usec 1\nsystem_usec 2\n",
            "\(group)/memory.current": "1000\n",
            "\(group)/memory.max": "67108864\n",
            "\(group)/memory.stat": "anon 500\ninactive_file 300\n",
            "\(group)/io.stat": "8:0 rbytes=10 wbytes=20\n",
            "\(group)/pids.current": "3\n",
            "\(group)/cgroup.procs": "42\n43\n",
            "\(group)/init.scope/cpu.stat": "usage_usec 1\n",
            "cg/system.slice/cron.service/cpu.stat": "usage_usec 1000000\n",
            "cg/system.slice/cron.service/memory.max": "max\n",
            "cg/user.slice/user-0.slice/cpu.stat": "usage_usec 1\n",
            "cg/cpu.stat": "usage_usec 9\n",
            "proc/meminfo": "MemTotal: 1000000 kB\n",
            "proc/42/net/dev": "lo: 7 0 0 0 0 0 0 0 7 0 0\neth0: 70 0 0 0 0 0 0 0 80 0 0\n",
        ])
        try tree.write("mounts", "cgroup2 \(tree.path)/cg cgroup2 rw 0 0\n")
        try tree.link("proc/42/ns/net", to: "net:[2]")
        try tree.link("proc/self/ns/net", to: "net:[1]")
        return tree
    }

    private let clock = ManualClock()

    /// Reads the source at the tick this many seconds after the clock's start.
    private func read(_ source: SourceBench, _ seconds: Int) async throws -> SourceReading {
        clock.advance(to: ManualClock.Instant(offset: .seconds(seconds)))
        return try await source.read(tick(seconds))
    }

    private func source(_ tree: FileTree, limit: Int = 100) -> SourceBench {
        let source = ControlGroupSource(
            mounts: "\(tree.path)/mounts",
            proc: "\(tree.path)/proc",
            sys: "\(tree.path)/sys",
            limit: limit,
            clock: clock,
            patience: .seconds(600),
            cpus: { 2 },
            isWanted: Self.isWanted
        )
        return SourceBench(tree: tree, source: SampleSource("cgroups") { try await source.read($0) })
    }

    @Test func cgroupV2ValuesAreRead() async throws {
        let reading = try await source(try Self.v2Tree()).read(tick(0))
        #expect(reading.errors.isEmpty)
        #expect(
            reading.samples == [
                Sample(
                    subject: .controlGroup("system.slice/docker-\(Self.id).scope"),
                    containerID: Self.id,
                    values: [
                        .cpuSeconds: 2.5, .memoryUsedBytes: 700, .memoryLimitBytes: 67_108_864, .blockReadBytes: 10,
                        .blockWrittenBytes: 20, .processes: 3, .networkReceivedBytes: 70, .networkSentBytes: 80,
                        .memoryResidentBytes: 500,
                    ]
                ),
                Sample(subject: .controlGroup("system.slice/cron.service"), values: [.cpuSeconds: 1]),
            ]
        )
    }

    @Test func throttlingAndKindsOfMemoryAreRead() async throws {
        let tree = try Self.v2Tree()
        let group = "cg/system.slice/docker-\(Self.id).scope"
        try tree.write(
            "\(group)/cpu.stat",
            "usage_usec 2500000\nnr_periods 9\nnr_throttled 4\nthrottled_usec 2500000\n"
        )
        try tree.write("\(group)/memory.stat", "anon 500\nfile 400\ninactive_file 300\n")
        try tree.link("sys/dev/block/8:0", to: "../../devices/sda")
        let sample = try #require(try await source(tree).read(tick(0)).samples.first)
        #expect(sample.values[.cpuThrottledSeconds] == 2.5)
        #expect(sample.values[.memoryCacheBytes] == 400)
        #expect(sample.values[.memoryResidentBytes] == 500)
        #expect(
            Set(sample.details) == [
                SampleDetail(.throttlingPeriods, 9), SampleDetail(.throttledPeriods, 4),
                SampleDetail(.networkReceived, ["eth0"], 70), SampleDetail(.networkSent, ["eth0"], 80),
                SampleDetail(.blockRead, ["/dev/sda"], 10), SampleDetail(.blockWritten, ["/dev/sda"], 20),
            ]
        )
        #expect(sample.origin == SampleOrigin(id: "/system.slice/docker-\(Self.id).scope"))
    }

    /// A container leaves one of its two networks, and Docker's own interfaces inside it do not count.
    @Test func aNetworkThatLeavesDoesNotReduceTheTotal() async throws {
        let tree = try Self.v2Tree()
        let source = source(tree)
        func line(_ name: String, _ bytes: Int) -> String { "\(name): \(bytes) 0 0 0 0 0 0 0 \(bytes) 0 0\n" }
        func received(_ lines: String, _ seconds: Int) async throws -> Double? {
            try tree.write("proc/42/net/dev", lines)
            return try await read(source, seconds).samples.first?.values[.networkReceivedBytes]
        }
        #expect(try await received(line("eth0", 1000) + line("eth1", 10_000) + line("docker0", 7), 0) == 11_000)
        #expect(try await received(line("eth0", 1001), 15) == 11_001)
        #expect(try await received(line("eth0", 1001) + line("eth2", 5), 30) == 11_006)
    }

    #if os(Linux)
    /// On a file system that takes such names for two.
    @Test func canonicallyEquivalentPathsAreDifferentGroups() async throws {
        let tree = try FileTree(["proc/meminfo": "MemTotal: 1000000 kB\n"])
        try tree.write("mounts", "cgroup2 \(tree.path)/cg cgroup2 rw 0 0\n")
        let source = source(tree)
        var percents: [Double?] = []
        for (seconds, one, other) in [(0, 0, 60), (10, 1, 62)] {
            try tree.write("cg/system.slice/\u{E9}.service/cpu.stat", "usage_usec \(one)000000\n")
            try tree.write("cg/system.slice/e\u{301}.service/cpu.stat", "usage_usec \(other)000000\n")
            percents = try await read(source, seconds).samples.map { $0.values[.cpuPercent] }
        }
        #expect(percents.compactMap(\.self).sorted() == [10, 20])
    }
    #endif

    /// A service that is a container engine, such as containerd, keeps its containers in its own group.
    @Test func containersInsideServicesAreFound() async throws {
        let tree = try Self.v2Tree()
        let inner = "system.slice/containerd.service/kubepods-besteffort-pod1.slice:cri-containerd:\(Self.id)"
        try tree.write("cg/system.slice/containerd.service/cpu.stat", "usage_usec 3\n")
        try tree.write("cg/\(inner)/cpu.stat", "usage_usec 2\n")
        try tree.write("cg/\(inner)/init/cpu.stat", "usage_usec 1\n")
        try tree.write("cg/system.slice/containerd.service/x.service/cpu.stat", "usage_usec 1\n")
        let subjects = Set(try await source(tree).read(tick(0)).samples.map(\.subject.id))
        #expect(
            subjects == [
                "system.slice/docker-\(Self.id).scope", inner, "system.slice/cron.service",
                "system.slice/containerd.service",
            ]
        )
    }

    /// A hybrid machine: the group is in version 1's memory, but only in version 2 for CPU time.
    @Test func theCPUTimeOfAGroupOnlyInVersion2IsRead() async throws {
        let tree = try FileTree([
            "mem/docker/\(Self.id)/memory.usage_in_bytes": "1000\n",
            "cpu/other/cpuacct.usage": "1\n",
            "unified/docker/\(Self.id)/cpu.stat": "usage_usec 2500000\n",
            "unified/docker/\(Self.id)/cgroup.procs": "42\n",
            "proc/42/net/dev": "eth0: 70 0 0 0 0 0 0 0 80 0 0\n",
        ])
        try tree.link("proc/42/ns/net", to: "net:[2]")
        try tree.link("proc/self/ns/net", to: "net:[1]")
        let lines = [("cpu", "cpu,cpuacct"), ("mem", "memory")]
            .map { "cgroup \(tree.path)/\($0.0) cgroup rw,\($0.1) 0 0\n" }
        try tree.write("mounts", lines.joined() + "cgroup2 \(tree.path)/unified cgroup2 rw 0 0\n")
        let reading = try await source(tree).read(tick(0))
        #expect(reading.errors.isEmpty)
        #expect(
            reading.samples.map(\.values) == [
                [.cpuSeconds: 2.5, .memoryUsedBytes: 1000, .networkReceivedBytes: 70, .networkSentBytes: 80]
            ]
        )
    }

    /// A killed engine leaves the groups of its containers behind.
    @Test func aContainerGroupWithoutProcessesIsOmitted() async throws {
        let tree = try Self.v2Tree()
        try tree.write("cg/system.slice/docker-\(Self.id).scope/pids.current", "0\n")
        try tree.write("cg/system.slice/cron.service/pids.current", "0\n")
        let reading = try await source(tree).read(tick(0))
        #expect(reading.samples.map(\.subject) == [.controlGroup("system.slice/cron.service")])
        #expect(reading.errors.isEmpty)
    }

    @Test func theNetworkOfTheReaderIsNotAttributedToAGroup() async throws {
        let tree = try Self.v2Tree()
        try tree.remove("proc/self/ns/net")
        try tree.link("proc/self/ns/net", to: "net:[2]")
        let reading = try await source(tree).read(tick(0))
        #expect(reading.samples.first?.values[.networkReceivedBytes] == nil)
        #expect(reading.samples.first?.values[.processes] == 3)
    }

    @Test func cgroupV1ValuesAreRead() async throws {
        let tree = try FileTree([
            "cpu/docker/\(Self.id)/cpuacct.usage": "2500000000\n",
            "cpu/docker/\(Self.id)/cgroup.procs": "",
            "mem/docker/\(Self.id)/memory.usage_in_bytes": "1000\n",
            "mem/docker/\(Self.id)/memory.limit_in_bytes": "9223372036854771712\n",
            "mem/docker/\(Self.id)/memory.stat": "inactive_file 1\ntotal_inactive_file 300\n",
            "mem/system.slice/cron.service/memory.usage_in_bytes": "5\n",
            "blk/docker/\(Self.id)/blkio.throttle.io_service_bytes": "8:0 Read 10\n8:0 Write 20\nTotal 30\n",
            "blk/docker/\(Self.id)/blkio.throttle.io_service_bytes_recursive": "8:0 Read 11\n8:0 Write 22\nTotal 33\n",
            "pids/docker/\(Self.id)/pids.current": "3\n",
            "unified/docker/\(Self.id)/cpu.stat": "usage_usec 7\n",
            "proc/meminfo": "MemTotal: 1000000 kB\n",
        ])
        let lines = [("cpu", "cpu,cpuacct"), ("mem", "memory"), ("blk", "blkio"), ("pids", "pids")]
            .map { "cgroup \(tree.path)/\($0.0) cgroup rw,\($0.1) 0 0\n" }
        try tree.write("mounts", lines.joined() + "cgroup2 \(tree.path)/unified cgroup2 rw 0 0\n")
        let reading = try await source(tree).read(tick(0))
        #expect(
            reading.samples == [
                Sample(
                    subject: .controlGroup("docker/\(Self.id)"),
                    containerID: Self.id,
                    values: [
                        .cpuSeconds: 2.5, .memoryUsedBytes: 700, .blockReadBytes: 11, .blockWrittenBytes: 22,
                        .processes: 3,
                    ]
                ),
                Sample(subject: .controlGroup("system.slice/cron.service"), values: [.memoryUsedBytes: 5]),
            ]
        )
    }

    /// Older kernels count only a group itself, without its descendants.
    @Test func blockTotalsOfOlderKernelsAreRead() async throws {
        let tree = try FileTree([
            "blk/docker/\(Self.id)/blkio.throttle.io_service_bytes": "8:0 Read 10\n8:0 Write 20\nTotal 30\n",
            "mem/docker/\(Self.id)/memory.usage_in_bytes": "1000\n",
        ])
        let lines = [("mem", "memory"), ("blk", "blkio")].map { "cgroup \(tree.path)/\($0.0) cgroup rw,\($0.1) 0 0\n" }
        try tree.write("mounts", lines.joined())
        let reading = try await source(tree).read(tick(0))
        #expect(
            reading.samples.map(\.values) == [[.memoryUsedBytes: 1000, .blockReadBytes: 10, .blockWrittenBytes: 20]]
        )
    }

    @Test(arguments: [(1_024_000_000 - 4096, true), (1_024_000_000, false)])
    func aLimitOfAllMachineMemoryIsAbsent(_ bytes: Int, _ isLimit: Bool) async throws {
        let tree = try Self.v2Tree()
        try tree.write("cg/system.slice/docker-\(Self.id).scope/memory.max", "\(bytes)\n")
        let values = try await source(tree).read(tick(0)).samples.first?.values
        #expect(values?[.memoryLimitBytes] == (isLimit ? Double(bytes) : nil))
        #expect(values?[.memoryUsedBytes] == 700)
    }

    @Test func eachGroupHasItsOwnCPUShare() async throws {
        let tree = try Self.v2Tree()
        let source = source(tree)
        let cron = "cg/system.slice/cron.service/cpu.stat"
        func share(_ seconds: Int) async throws -> Double? {
            try await read(source, seconds).samples.last?.values[.cpuPercent]
        }
        #expect(try await share(0) == nil)
        try tree.write(cron, "usage_usec 8500000\n")
        #expect(try await share(15) == 50)
        // A restarted service has a new group with the same path.
        try tree.write(cron, "usage_usec 10\n")
        #expect(try await share(30) == nil)
        try tree.write(cron, "usage_usec 30000010\n")
        #expect(try await share(45) == 200)
        // More than two CPUs can do, plus ten percent.
        try tree.write(cron, "usage_usec 66000010\n")
        let reading = try await read(source, 60)
        #expect(reading.samples.last?.values[.cpuPercent] == nil)
        #expect(reading.samples.last?.values[.cpuSeconds] == 66.00001)
        #expect(reading.errors.map(\.reason) == [.implausible])
    }

    @Test func aRemovedGroupIsForgottenWithoutAnError() async throws {
        let tree = try Self.v2Tree()
        let source = source(tree)
        _ = try await read(source, 0)
        try tree.remove("cg/system.slice/cron.service")
        let without = try await read(source, 15)
        #expect(without.samples.count == 1)
        #expect(without.errors.isEmpty)
        // A folder without files, as when a group is removed while it is read.
        try FileManager.default.createDirectory(
            atPath: "\(tree.path)/cg/system.slice/going.service",
            withIntermediateDirectories: true
        )
        #expect(try await read(source, 30).samples.count == 1)
        try tree.write("cg/system.slice/cron.service/cpu.stat", "usage_usec 2000000\n")
        // The removed group is forgotten: its usage since then is not attributed to the last fifteen seconds.
        #expect(try await read(source, 45).samples.last?.values[.cpuPercent] == nil)
    }

    @Test func anUnreadableFileAffectsOnlyItsGroup() async throws {
        let tree = try Self.v2Tree()
        try tree.remove("cg/system.slice/cron.service/cpu.stat")
        // Reading a folder fails with an error that a removed group does not cause.
        try tree.write("cg/system.slice/cron.service/cpu.stat/x", "")
        let reading = try await source(tree).read(tick(0))
        #expect(reading.samples.count == 1)
        #expect(reading.errors.map(\.reason) == [.failed])
    }

    @Test func theLimitBoundsTheNumberOfGroups() async throws {
        let tree = try Self.v2Tree()
        for number in 0..<50 { try tree.write("cg/system.slice/s\(number).service/cpu.stat", "usage_usec 1\n") }
        let reading = try await source(tree, limit: 10).read(tick(0))
        #expect(reading.samples.count == 10)
        #expect(reading.samples.first?.containerID == Self.id)
        #expect(reading.errors.map(\.reason) == [.limit])
        #expect(try await source(tree, limit: -1).read(tick(0)).samples.isEmpty)
    }

    @Test func missingControlGroupsAreUnavailable() async throws {
        let tree = try FileTree(["mounts": "proc /proc proc rw 0 0\n"])
        let error = await #expect(throws: SourceError.self) { try await source(tree).read(tick(0)) }
        #expect(error?.reason == .unavailable)
        let none = try FileTree()
        let other = await #expect(throws: SourceError.self) { try await source(none).read(tick(0)) }
        #expect(other?.reason == .unavailable)
    }

    #if os(Linux)
    @Test func groupsOfThisMachineHaveValues() async throws {
        // The first groups of each branch, whichever exist.
        let source = SampleSource.cgroups(limit: 5) { _ in true }
        let reading: SourceReading
        do {
            reading = try await source.read(tick(0))
        } catch let error as SourceError where error.reason == .unavailable {
            return  // A machine without control groups.
        }
        for sample in reading.samples { #expect(!sample.values.isEmpty, "\(sample.subject)") }
    }
    #endif
}
