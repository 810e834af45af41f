internal import Tally

extension SampleSource {
    /// Control groups of versions 1 and 2, read without an engine; by default those of containers and system services.
    ///
    /// Subjects are ``SampleSubject/controlGroup(_:)`` with the group's path, and with the container's id if the group
    /// is a container's. If an engine's source has named the container, the sampler stores the group under that name. A
    /// container's network totals are those of one of its processes, if that has a network of its own that this process
    /// may read. Groups that disappear during the reading, and containers without processes, are
    /// omitted. The first reading of a group has no CPU percentage.
    ///
    /// Takes about 100 µs a group, on a thread of its own.
    ///
    /// - Parameters:
    ///   - limit: The maximum number of groups to read: containers first, then by path. More are counted as an error.
    ///   - isWanted: Returns true for each group to read. Called once a tick for each group, except inside groups to
    ///     read: their values include those of the groups inside, of which only containers are read as well.
    public static func cgroups(
        limit: Int = 200,
        where isWanted: @escaping @Sendable (ControlGroup) -> Bool = { $0.containerID != nil || $0.isSystemService }
    ) -> SampleSource {
        let source = ControlGroupSource(limit: limit, isWanted: isWanted)
        return SampleSource("cgroups") { tick in try await source.read(tick) }
    }
}

/// Control groups and their last CPU readings.
final class ControlGroupSource: Sendable {
    private struct Found: Sendable {
        var groups: [ControlGroupUsage] = []
        var errors: [SourceError] = []
    }

    private let call: SingleCall<Result<Found, SourceError>>
    private let cpus: @Sendable () -> Int
    private let last = Locked<[ByteName: Last]>([:])

    /// The last readings of a group.
    private struct Last: Sendable {
        var cpu: CPUReading?
        var traffic = TrafficTotals()
    }

    /// - Parameters:
    ///   - mounts: The path of a file like `/proc/self/mounts`.
    ///   - clock: The clock that measures the time between readings.
    ///   - patience: The maximum time that a tick waits for all groups.
    init(
        mounts: String = "/proc/self/mounts",
        proc: String = "/proc",
        sys: String = "/sys",
        limit: Int,
        clock: any Clock<Duration> = ContinuousClock(),
        patience: Duration = .seconds(5),
        cpus: @escaping @Sendable () -> Int = System.processors,
        isWanted: @escaping @Sendable (ControlGroup) -> Bool
    ) {
        self.cpus = cpus
        let now = ElapsedClock(clock).now
        let devices = BlockDevices(sys: sys)
        call = SingleCall(clock: clock, patience: patience) {
            Self.find(mounts: mounts, proc: proc, devices: devices, limit: limit, now: now, isWanted: isWanted)
        }
    }

    func read(_ tick: SourceTick) async throws -> SourceReading {
        let found: Found
        switch await call.outcome(at: tick.elapsed) {
        case .value(let result): found = try result.get()
        case .late: throw SingleCall<Found>.late("control groups")
        case .stuck: throw SingleCall<Found>.stuck("control groups")
        case .noThread: throw SingleCall<Found>.noThread("control groups")
        case .cancelled: throw CancellationError()
        }
        var reading = SourceReading(errors: found.errors)
        // Drops the readings of groups that are gone.
        var readings: [ByteName: Last] = [:]
        let before = last.withLock { $0 }
        let cpus = cpus()
        for usage in found.groups {
            let group = usage.group
            var last = before[ByteName(group.path)] ?? Last()
            var values = usage.values
            if let seconds = values[.cpuSeconds] {
                let now = CPUReading(seconds: seconds, elapsed: tick.elapsed, time: usage.time)
                // A group of the same path that has been created again begins at zero.
                if let cpu = last.cpu, cpu.seconds > seconds { last = Last() }
                let share = now.share(since: last.cpu, tick: tick, cpus: cpus)
                values[.cpuPercent] = share.value
                if share == .implausible { reading.errors.append(CPUShare.error(of: group.path)) }
                last.cpu = now
            }
            let traffic = last.traffic.take(networks: usage.networks, disks: usage.disks)
            values.merge(traffic.values) { own, _ in own }
            readings[ByteName(group.path)] = last
            var sample = Sample(subject: .controlGroup(group.path), containerID: group.containerID, values: values)
            sample.details = usage.details + traffic.details
            sample.origin = SampleOrigin(id: "/" + group.path)
            reading.samples.append(sample)
        }
        last.withLock { $0 = readings }
        return reading
    }

    private static func find(
        mounts: String,
        proc: String,
        devices: BlockDevices,
        limit: Int,
        now: @escaping @Sendable () -> Duration,
        isWanted: (ControlGroup) -> Bool
    ) -> Result<Found, SourceError> {
        var found = Found()
        do {
            let mounted = ControlGroupMounts(text: try KernelFile.read(mounts))
            let files = ControlGroupFiles(mounts: mounted, proc: proc, devices: devices, now: now)
            let roots = files.mounts.roots
            guard !roots.isEmpty else {
                let problem = "\(mounts) lists no control groups: mount /sys/fs/cgroup"
                return .failure(SourceError(.unavailable, problem))
            }
            let groups = ControlGroupTree.groups(under: roots, where: isWanted)
            if groups.count > limit {
                let counts = "\(groups.count) control groups, but only \(limit) are read"
                found.errors.append(SourceError(.limit, "\(counts): raise the limit of .cgroups(limit:)"))
            }
            for group in groups.prefix(max(0, limit)) {
                do {
                    let usage = try files.usage(of: group)
                    if !usage.values.isEmpty { found.groups.append(usage) }
                } catch {
                    found.errors.append(error.sourceError)
                }
            }
        } catch {
            return .failure(error.sourceError)
        }
        return .success(found)
    }
}
