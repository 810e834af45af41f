import Foundation
import Synchronization
import TallyTesting
import Testing

@testable import TallySampler

struct HostSourceTests {
    private static let files = [
        "stat": "cpu  100 0 0 1000 0 0 0 0 0 0\ncpu0 1 0 0 1 0\ncpu1 1 0 0 1 0\nbtime 1\n",
        "meminfo": "MemTotal: 1000 kB\nMemAvailable: 400 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n",
        "loadavg": "0.5 0.25 0.125 1/2 3\n",
        "net/dev": "head\n eth0: 20 1 0 0 0 0 0 0 30 1 0 0 0 0 0 0\n",
        "pressure/cpu": "some avg10=0 avg60=0 avg300=0 total=1000000\n",
        "pressure/memory": "some avg10=0 avg60=0 avg300=0 total=2000000\n",
        "pressure/io": "some avg10=0 avg60=0 avg300=0 total=3000000\n",
    ]

    private func source(
        _ tree: FileTree,
        clock: any Clock<Duration> = ContinuousClock(),
        patience: Duration = .seconds(600),
        disk: @escaping @Sendable () -> HostSource.Disk = {
            .success(DiskSpace(blocks: 100, freeBlocks: 25, availableBlocks: 20, blockSize: 1000))
        }
    ) -> SourceBench {
        let source = HostSource(
            proc: tree.path,
            sys: "\(tree.path)/sys",
            clock: clock,
            patience: patience,
            clockTicks: 100,
            disk: disk,
            mount: { Mount(device: "/dev/vda1", path: "/", type: "ext4") }
        )
        return SourceBench(tree: tree, source: .host(source))
    }

    @Test func everyValueIsRead() async throws {
        let source = source(try FileTree(Self.files))
        let reading = try await source.read(tick(0))
        #expect(reading.errors.isEmpty)
        #expect(
            reading.samples == [
                Sample(
                    subject: .host,
                    values: [
                        .cpuCount: 2, .cpuSeconds: 1, .memoryTotalBytes: 1_024_000, .memoryUsedBytes: 614_400,
                        .swapTotalBytes: 0, .swapUsedBytes: 0, .load1: 0.5, .load5: 0.25, .load15: 0.125,
                        .networkReceivedBytes: 20, .networkSentBytes: 30, .diskTotalBytes: 100_000,
                        .diskUsedBytes: 75_000, .diskAvailableBytes: 20_000, .cpuPressureSeconds: 1,
                        .memoryPressureSeconds: 2,
                        .ioPressureSeconds: 3,
                    ]
                )
            ]
        )
    }

    @Test func partsAreReadForMetrics() async throws {
        let tree = try FileTree(Self.files)
        try tree.write("diskstats", "8 0 sda 1 0 2 0 1 0 4 0 0 0 0\n8 1 sda1 1 0 2 0 1 0 4 0 0 0 0\n")
        try tree.write("stat", "cpu 3 4 0 6\ncpu0 1 2 0 3 0\ncpu1 2 2 0 3 0\n")
        let sample = try #require(try await source(tree).read(tick(0)).samples.first)
        #expect(sample.values[.blockReadBytes] == 1024)
        #expect(sample.values[.blockWrittenBytes] == 2048)
        func details(_ metric: SampleDetail.Metric) -> [String: Double] {
            let found = sample.details.filter { $0.metric == metric }
            return Dictionary(uniqueKeysWithValues: found.map { ($0.part.joined(separator: " "), $0.value) })
        }
        #expect(details(.cpuSeconds).count == 16)
        #expect(details(.cpuSeconds)["0 user"] == 0.01)
        #expect(details(.cpuSeconds)["1 idle"] == 0.03)
        #expect(details(.networkReceived) == ["eth0": 20])
        #expect(details(.blockRead) == ["sda": 1024])
        #expect(details(.fileSystemSize) == ["/dev/vda1 ext4 /": 100_000])
        #expect(details(.fileSystemFree) == ["/dev/vda1 ext4 /": 25_000])
        #expect(details(.fileSystemAvailable) == ["/dev/vda1 ext4 /": 20_000])
    }

    /// A network card or a disk that is unplugged does not reduce the totals.
    @Test func totalsNeverFall() async throws {
        let tree = try FileTree(Self.files)
        let source = source(tree)
        func total(_ lines: String, _ seconds: Int) async throws -> Double? {
            try tree.write("net/dev", lines)
            return try await source.read(tick(seconds)).samples.first?.values[.networkReceivedBytes]
        }
        #expect(try await total("eth0: 20 0 0 0 0 0 0 0 30 0\neth1: 100 0 0 0 0 0 0 0 30 0\n", 0) == 120)
        #expect(try await total("eth0: 25 0 0 0 0 0 0 0 30 0\n", 15) == 125)
        #expect(try await total("head\n", 30) == 125)
    }

    @Test func theSecondReadingHasACPUShare() async throws {
        let tree = try FileTree(Self.files)
        let source = source(tree)
        _ = try await source.read(tick(0))
        try tree.write("stat", "cpu  400 0 0 1100 0 0 0 0\ncpu0 1 0 0 1\ncpu1 1 0 0 1\n")
        let second = try await source.read(tick(15))
        #expect(isClose(second.samples.first?.values[.cpuPercent], 150))
        // After more than five intervals the share would be the mean of too long a time.
        try tree.write("stat", "cpu  700 0 0 1200 0 0 0 0\ncpu0 1 0 0 1\ncpu1 1 0 0 1\n")
        let third = try await source.read(tick(91))
        #expect(third.samples.first?.values[.cpuPercent] == nil)
    }

    @Test(arguments: ["stat", "meminfo", "loadavg", "net/dev"])
    func aFaultyFileDoesNotAffectOthers(_ name: String) async throws {
        let tree = try FileTree(Self.files)
        try tree.remove(name)
        let missing = try await source(tree).read(tick(0))
        #expect(missing.errors.map(\.reason) == [.unavailable])
        #expect(missing.samples.first?.values[.diskTotalBytes] == 100_000)
        try tree.write(name, "?")
        let wrong = try await source(tree).read(tick(0))
        #expect(wrong.errors.map(\.reason) == (name == "net/dev" ? [] : [.malformed]))
        #expect((wrong.samples.first?.values.count ?? 0) > 8)
    }

    @Test func missingPressureFilesAreNotErrors() async throws {
        let tree = try FileTree(Self.files)
        try tree.remove("pressure")
        let reading = try await source(tree).read(tick(0))
        #expect(reading.errors.isEmpty)
        #expect(reading.samples.first?.values[.ioPressureSeconds] == nil)
        #expect(reading.samples.first?.values[.load1] == 0.5)
    }

    @Test func aHangingDiskOmitsItsValuesAndBlocksOneThread() async throws {
        let gate = DispatchSemaphore(value: 0)
        defer { gate.signal() }
        let clock = ManualClock()
        let source = source(try FileTree(Self.files), clock: clock, patience: .seconds(1)) {
            gate.wait()
            return .success(nil)
        }
        let isDone = Atomic(false)
        let first = Task {
            defer { isDone.store(true, ordering: .relaxed) }
            return try await source.read(tick(0))
        }
        // Advances the clock until the read has returned.
        while !isDone.load(ordering: .relaxed) {
            clock.advance(by: .seconds(1))
            await Task.yield()
        }
        #expect(try await first.value.errors.map(\.reason).contains(.timeout))
        // The other files may have timed out too, but their thread returns.
        var second = try await source.read(tick(15))
        for _ in 0..<1_000_000 where second.errors.count > 1 { second = try await source.read(tick(15)) }
        #expect(second.errors.map(\.reason) == [.stuck])
        #expect(second.samples.first?.values[.load1] == 0.5)
        #expect(second.samples.first?.values[.diskTotalBytes] == nil)
    }

    @Test func aMissingFileSystemIsAnError() async throws {
        let source = source(try FileTree(Self.files)) { DiskSpace.ofFileSystem(holding: "/no/such/path") }
        #expect(try await source.read(tick(0)).errors.map(\.reason) == [.unavailable])
    }

    #if os(Linux)
    @Test func valuesOfThisMachineMatchFoundation() async throws {
        let source = SampleSource.host()
        _ = try await source.read(tick(0))
        let reading = try await source.read(tick(15))
        let values = try #require(reading.samples.first?.values)
        #expect(reading.errors.isEmpty)
        #expect(values[.cpuCount] == Double(ProcessInfo.processInfo.activeProcessorCount))
        #expect(values[.memoryTotalBytes] == Double(ProcessInfo.processInfo.physicalMemory))
        let disk = try FileManager.default.attributesOfFileSystem(forPath: "/")
        #expect(values[.diskTotalBytes] == (disk[.systemSize] as? NSNumber)?.doubleValue)
        for metric in [SampleMetric.cpuSeconds, .memoryUsedBytes, .diskUsedBytes, .load1] {
            #expect((values[metric] ?? -1) >= 0, "\(metric)")
        }
    }
    #endif
}
