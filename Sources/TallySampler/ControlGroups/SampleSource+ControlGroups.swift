internal import Tally

extension SampleSource {
    /// Control groups of version 1, of version 2 or of both, without any engine: containers and services of the system,
    /// unless asked for others.
    ///
    /// Subjects are ``SampleSubject/controlGroup(_:)`` by their paths, with the container's id where the group is a
    /// container's. Of such, the network's totals are those of one of its processes, if it has a network of its own and
    /// this process may look. Groups that go while they are read are left out, and those of containers that have no
    /// process left. The first reading of a group has no CPU share.
    ///
    /// Read on a thread of its own: some 100 µs a group.
    ///
    /// - Parameters:
    ///   - limit: How many groups are read at most; containers come first, then paths in order. More are counted as an
    ///     error.
    ///   - isWanted: Which to read; called once a tick for every group there is, but not for those within one that is
    ///     wanted, since what they use is in its figures.
    public static func cgroups(
        limit: Int = 200,
        where isWanted: @escaping @Sendable (ControlGroup) -> Bool = { $0.containerID != nil || $0.isSystemService }
    ) -> SampleSource {
        let source = ControlGroupSource(limit: limit, isWanted: isWanted)
        return SampleSource("cgroups") { tick in try await source.read(tick) }
    }
}

/// Control groups, and what they had used when they were read last.
final class ControlGroupSource: Sendable {
    private struct Found: Sendable {
        var groups: [ControlGroupUsage] = []
        var errors: [SourceError] = []
    }

    private let call: SingleCall<Result<Found, SourceError>>
    private let cpus: @Sendable () -> Int
    private let last = Locked<[String: CPUReading]>([:])

    /// - Parameters:
    ///   - mounts: A file like `/proc/self/mounts`.
    ///   - clock: What CPU time is a share of.
    ///   - patience: How long a tick waits for all of them.
    init(
        mounts: String = "/proc/self/mounts",
        proc: String = "/proc",
        limit: Int,
        clock: any Clock<Duration> = ContinuousClock(),
        patience: Duration = .seconds(5),
        cpus: @escaping @Sendable () -> Int = System.processors,
        isWanted: @escaping @Sendable (ControlGroup) -> Bool
    ) {
        self.cpus = cpus
        let now = ElapsedClock(clock).now
        call = SingleCall(clock: clock, patience: patience) {
            Self.find(mounts: mounts, proc: proc, limit: limit, now: now, isWanted: isWanted)
        }
    }

    func read(_ tick: SourceTick) async throws -> SourceReading {
        let found: Found
        switch await call.outcome(at: tick.elapsed) {
        case .value(let result): found = try result.get()
        case .late: throw SourceError(.timeout, "control groups could not be read in time")
        case .stuck: throw SourceError(.stuck, "a file of a control group cannot be read to its end")
        case .noThread: throw SourceError(.failed, "no thread to read control groups on")
        case .cancelled: throw CancellationError()
        }
        var reading = SourceReading(errors: found.errors)
        // Of those that are gone, nothing is kept.
        var readings: [String: CPUReading] = [:]
        let before = last.withLock { $0 }
        let cpus = cpus()
        for usage in found.groups {
            let group = usage.group
            var values = usage.values
            if let seconds = values[.cpuSeconds] {
                let now = CPUReading(seconds: seconds, elapsed: tick.elapsed, time: usage.time)
                let share = now.share(since: before[group.path], tick: tick, cpus: cpus)
                values[.cpuPercent] = share.value
                if share == .implausible { reading.errors.append(CPUShare.error(of: group.path)) }
                readings[group.path] = now
            }
            reading.samples.append(
                Sample(subject: .controlGroup(group.path), containerID: group.containerID, values: values)
            )
        }
        last.withLock { $0 = readings }
        return reading
    }

    private static func find(
        mounts: String,
        proc: String,
        limit: Int,
        now: @escaping @Sendable () -> Duration,
        isWanted: (ControlGroup) -> Bool
    ) -> Result<Found, SourceError> {
        var found = Found()
        do {
            let mounted = ControlGroupMounts(text: try KernelFile.read(mounts))
            let files = ControlGroupFiles(mounts: mounted, proc: proc, now: now)
            let roots = files.mounts.roots
            guard !roots.isEmpty else {
                return .failure(SourceError(.unavailable, "no control groups are mounted"))
            }
            let groups = ControlGroupTree.groups(under: roots, where: isWanted)
            if groups.count > limit {
                found.errors.append(SourceError(.limit, "\(groups.count) control groups, of which \(limit) are read"))
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
