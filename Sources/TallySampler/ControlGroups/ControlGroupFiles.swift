internal import Tally

/// The resource use of a group at the time of reading.
struct ControlGroupUsage: Sendable {
    let group: ControlGroup
    /// Empty if the group is gone, or if it is a container's and has no processes.
    var values: [SampleMetric: Double] = [:]
    /// Values that are exposed, but not stored.
    var details: [SampleDetail] = []
    /// The bytes of each network interface and of each block device.
    var networks: [Traffic] = []
    var disks: [Traffic] = []
    /// The time when the CPU time was read. With many groups, the last is read long after the first.
    var time = Duration.zero
}

/// Reads the files of control groups, one group at a time.
struct ControlGroupFiles {
    let mounts: ControlGroupMounts
    let proc: String
    /// The memory of the host. A limit that is not lower has no effect.
    let hostMemory: UInt64?
    /// The identity of this process's network namespace.
    let ownNetwork: [UInt8]?
    private let devices: BlockDevices
    private let present: @Sendable () -> Duration

    init(
        mounts: ControlGroupMounts,
        proc: String,
        devices: BlockDevices,
        now: @escaping @Sendable () -> Duration
    ) {
        self.mounts = mounts
        self.proc = proc
        self.devices = devices
        present = now
        hostMemory = (try? KernelFile.read("\(proc)/meminfo")).flatMap { HostMemory(text: $0).total }
        ownNetwork = System.destination(ofLink: "\(proc)/self/ns/net")
    }

    func usage(of group: ControlGroup) throws(KernelFile.Failure) -> ControlGroupUsage {
        var usage = ControlGroupUsage(group: group)
        var values: [SampleMetric: Double] = [:]
        values[.cpuSeconds] = try cpuSeconds(of: group)
        usage.time = present()
        try readThrottling(of: group, &values, &usage.details)
        try readMemory(of: group, &values)
        if let place = mounts.place(of: .block) {
            usage.disks = try disks("\(place.root)/\(group.path)", place.isV2)
        }
        if let place = mounts.place(of: .processes) {
            values[.processes] = try number("\(place.root)/\(group.path)/pids.current").map { Double($0) }
            // An engine that missed the end of its container left the group behind.
            if group.containerID != nil, values[.processes] == 0 { return ControlGroupUsage(group: group) }
        }
        // These files are another process's, so an error says nothing about the group.
        if group.containerID != nil { usage.networks = (try? networks(of: group)) ?? [] }
        usage.values = values
        return usage
    }

    private func cpuSeconds(of group: ControlGroup) throws(KernelFile.Failure) -> Double? {
        if let root = mounts.v1[.cpu], let used = try number("\(root)/\(group.path)/cpuacct.usage") {
            return Double(used) / 1e9
        }
        // On a hybrid machine, a group may be in version 2 alone.
        guard let root = mounts.v2 else { return nil }
        return try text("\(root)/\(group.path)/cpu.stat")?.number(of: "usage_usec").map { Double($0) / 1e6 }
    }

    private func readThrottling(
        of group: ControlGroup,
        _ values: inout [SampleMetric: Double],
        _ details: inout [SampleDetail]
    ) throws(KernelFile.Failure) {
        guard let place = mounts.place(of: .bandwidth),
            let text = try text("\(place.root)/\(group.path)/cpu.stat"),
            // Without a limit, there are no periods.
            let periods = text.number(of: "nr_periods"), periods > 0
        else { return }
        details.append(SampleDetail(.throttlingPeriods, Double(periods)))
        if let throttled = text.number(of: "nr_throttled") {
            details.append(SampleDetail(.throttledPeriods, Double(throttled)))
        }
        values[.cpuThrottledSeconds] =
            place.isV2
            ? text.number(of: "throttled_usec").map { Double($0) / 1e6 }
            : text.number(of: "throttled_time").map { Double($0) / 1e9 }
    }

    private func readMemory(of group: ControlGroup, _ values: inout [SampleMetric: Double]) throws(KernelFile.Failure) {
        guard let place = mounts.place(of: .memory) else { return }
        let path = "\(place.root)/\(group.path)"
        let names =
            place.isV2 ? ["memory.current", "memory.max"] : ["memory.usage_in_bytes", "memory.limit_in_bytes"]
        if let usage = try number("\(path)/\(names[0])") {
            let stat = try text("\(path)/memory.stat") ?? []
            let inactive = stat.number(of: place.isV2 ? "inactive_file" : "total_inactive_file")
            values[.memoryUsedBytes] = Double(memoryUsed(usage, inactiveFile: inactive))
            values[.memoryCacheBytes] = stat.number(of: place.isV2 ? "file" : "total_cache").map { Double($0) }
            values[.memoryResidentBytes] = stat.number(of: place.isV2 ? "anon" : "total_rss").map { Double($0) }
        }
        // No limit is written as "max", which is not a number.
        if let limit = try number("\(path)/\(names[1])"), limit < hostMemory ?? .max {
            values[.memoryLimitBytes] = Double(limit)
        }
    }

    private func disks(_ path: String, _ isV2: Bool) throws(KernelFile.Failure) -> [Traffic] {
        if isV2 { return [Traffic](ioStat: try text("\(path)/io.stat") ?? [], name: devices.path) }
        let name = "\(path)/blkio.throttle.io_service_bytes"
        // Older kernels have only the totals without nested groups.
        if let recursive = try text("\(name)_recursive") {
            return [Traffic](serviceBytes: recursive, name: devices.path)
        }
        return [Traffic](serviceBytes: try text(name) ?? [], name: devices.path)
    }

    /// The interfaces of a process of the group. Empty if it shares this process's network, whose bytes are not the
    /// group's.
    private func networks(of group: ControlGroup) throws(KernelFile.Failure) -> [Traffic] {
        guard let ownNetwork, let process = try firstProcess(of: group),
            let network = System.destination(ofLink: "\(proc)/\(process)/ns/net"), network != ownNetwork
        else { return [] }
        // Another namespace's devices are not in this process's `/sys`, so their names must do.
        return [Traffic](netDev: try text("\(proc)/\(process)/net/dev") ?? []).filter {
            NetworkDevices.looksReal($0.name)
        }
    }

    private func firstProcess(of group: ControlGroup) throws(KernelFile.Failure) -> UInt64? {
        for root in mounts.roots + [mounts.v2].compactMap(\.self) {
            if let process = try text("\(root)/\(group.path)/cgroup.procs")?.lines.first?.number { return process }
        }
        return nil
    }

    private func text(_ path: String) throws(KernelFile.Failure) -> [UInt8]? { try KernelFile.readIfThere(path) }

    private func number(_ path: String) throws(KernelFile.Failure) -> UInt64? {
        try text(path)?.words.first?.number
    }
}
