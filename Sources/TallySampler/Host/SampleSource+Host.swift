internal import Tally

extension SampleSource {
    /// The machine, or the part that a container sees: CPU, memory, swap, load, networks, disks, pressure and one file
    /// system.
    ///
    /// Reads `/proc/stat`, `/proc/meminfo`, `/proc/loadavg`, `/proc/net/dev`, `/proc/diskstats` and `/proc/pressure`,
    /// and calls `statvfs`.
    /// CPU is a percentage of one core: a host with four half-busy cores has 200. The percentage is absent from the
    /// first reading, after a counter decreases by three seconds or more, after a CPU is added or removed, and after
    /// more than five intervals without a reading.
    ///
    /// Each byte counts once: network totals are those of hardware, as `/sys/class/net` shows it, without bridges,
    /// bonds, VLANs and tunnels over it. Disk totals are those of whole disks, without partitions and volumes. A total
    /// is the sum of the growth of each device, so that a device that leaves does not reduce it.
    ///
    /// A value that cannot be read is absent, and counted as an error. If the kernel does not report pressure, that is
    /// no error. A call that hangs holds one thread, and is not repeated until it returns. Stopping never waits for it.
    ///
    /// - Parameter disk: A path on the file system to watch.
    public static func host(disk: String = "/") -> SampleSource {
        host(HostSource(disk: { DiskSpace.ofFileSystem(holding: disk) }, mount: { Mount.holding(disk) }))
    }

    static func host(_ source: HostSource) -> SampleSource {
        SampleSource("host") { tick in try await source.read(tick) }
    }
}

/// The host and its last CPU reading.
final class HostSource: Sendable {
    typealias Disk = Result<DiskSpace?, KernelFile.Failure>

    private let files: SingleCall<HostFiles>
    private let disk: SingleCall<(space: Disk, mount: Mount?)>
    private let totals = Locked(TrafficTotals())
    private let clockTicks: Double
    private let last = Locked<(cpu: HostCPU, elapsed: Duration)?>(nil)

    /// - Parameter patience: The maximum time to wait for each of the two calls. It delays the whole reading.
    init(
        proc: String = "/proc",
        sys: String = "/sys",
        clock: any Clock<Duration> = ContinuousClock(),
        patience: Duration = .seconds(5),
        clockTicks: Double = System.clockTicks(),
        disk: @escaping @Sendable () -> Disk,
        mount: @escaping @Sendable () -> Mount? = { nil }
    ) {
        files = SingleCall(clock: clock, patience: patience) { HostFiles.read(under: proc, sys: sys) }
        self.disk = SingleCall(clock: clock, patience: patience) { (disk(), mount()) }
        self.clockTicks = clockTicks
    }

    func read(_ tick: SourceTick) async throws -> SourceReading {
        async let diskOutcome = disk.outcome(at: tick.elapsed)
        var reading = SourceReading()
        var values: [SampleMetric: Double] = [:]
        var details: [SampleDetail] = []
        if let files = try await files.outcome(at: tick.elapsed).value(of: "/proc", &reading.errors) {
            values = files.values
            reading.errors += files.errors
            let traffic = totals.withLock { $0.take(networks: files.networks, disks: files.disks) }
            values.merge(traffic.values) { own, _ in own }
            details = traffic.details
            if let cpu = files.cpu {
                take(cpu, tick, &values)
                details += cpu.details(clockTicks: clockTicks)
            }
        }
        let disk = try await diskOutcome.value(of: "the file system", &reading.errors)
        switch disk?.space {
        case .success(let space?):
            details += space.details(of: disk?.mount)
            values[.diskTotalBytes] = Double(space.total)
            values[.diskUsedBytes] = Double(space.used)
            values[.diskAvailableBytes] = Double(space.available)
        case .success(nil):
            let problem = "the file system reports an impossible size, which is omitted"
            reading.errors.append(SourceError(.malformed, problem))
        case .failure(let failure): reading.errors.append(failure.sourceError)
        case nil: break
        }
        if !values.isEmpty { reading.samples = [Sample(subject: .host, values: values)] }
        if !reading.samples.isEmpty { reading.samples[0].details = details }
        return reading
    }

    private func take(_ cpu: HostCPU, _ tick: SourceTick, _ values: inout [SampleMetric: Double]) {
        let before = last.withLock { last in
            defer { last = (cpu, tick.elapsed) }
            return last
        }
        values[.cpuSeconds] = Double(cpu.busyTicks) / clockTicks
        if cpu.cpus > 0 { values[.cpuCount] = Double(cpu.cpus) }
        guard let before, !tick.isBeyondBaseline(before.elapsed) else { return }
        values[.cpuPercent] = cpu.percent(since: before.cpu, clockTicks: clockTicks)
    }
}
