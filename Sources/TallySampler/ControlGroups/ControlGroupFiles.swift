internal import Tally

/// The resource use of a group at the time of reading.
struct ControlGroupUsage: Sendable {
    let group: ControlGroup
    /// Empty if the group is gone, or if it is a container's and has no processes.
    var values: [SampleMetric: Double] = [:]
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
    private let present: @Sendable () -> Duration

    init(mounts: ControlGroupMounts, proc: String, now: @escaping @Sendable () -> Duration) {
        self.mounts = mounts
        self.proc = proc
        present = now
        hostMemory = (try? KernelFile.read("\(proc)/meminfo")).flatMap { HostMemory(text: $0).total }
        ownNetwork = System.destination(ofLink: "\(proc)/self/ns/net")
    }

    func usage(of group: ControlGroup) throws(KernelFile.Failure) -> ControlGroupUsage {
        var usage = ControlGroupUsage(group: group)
        var values: [SampleMetric: Double] = [:]
        if let place = mounts.place(of: .cpu) {
            let path = "\(place.root)/\(group.path)"
            values[.cpuSeconds] =
                place.isV2
                ? try text("\(path)/cpu.stat")?.number(of: "usage_usec").map { Double($0) / 1e6 }
                : try number("\(path)/cpuacct.usage").map { Double($0) / 1e9 }
            usage.time = present()
        }
        try readMemory(of: group, &values)
        if let place = mounts.place(of: .block),
            let totals = try blockTotals("\(place.root)/\(group.path)", place.isV2)
        {
            values[.blockReadBytes] = Double(totals.read)
            values[.blockWrittenBytes] = Double(totals.written)
        }
        if let place = mounts.place(of: .processes) {
            values[.processes] = try number("\(place.root)/\(group.path)/pids.current").map { Double($0) }
            // An engine that missed the end of its container left the group behind.
            if group.containerID != nil, values[.processes] == 0 { return usage }
        }
        // These files are another process's, so an error says nothing about the group.
        if group.containerID != nil, let network = try? network(of: group) {
            values[.networkReceivedBytes] = Double(network.received)
            values[.networkSentBytes] = Double(network.sent)
        }
        usage.values = values
        return usage
    }

    private func readMemory(of group: ControlGroup, _ values: inout [SampleMetric: Double]) throws(KernelFile.Failure) {
        guard let place = mounts.place(of: .memory) else { return }
        let path = "\(place.root)/\(group.path)"
        let names =
            place.isV2 ? ["memory.current", "memory.max"] : ["memory.usage_in_bytes", "memory.limit_in_bytes"]
        if let usage = try number("\(path)/\(names[0])") {
            let key: StaticString = place.isV2 ? "inactive_file" : "total_inactive_file"
            let inactive = try text("\(path)/memory.stat")?.number(of: key)
            values[.memoryUsedBytes] = Double(memoryUsed(usage, inactiveFile: inactive))
        }
        // No limit is written as "max", which is not a number.
        if let limit = try number("\(path)/\(names[1])"), limit < hostMemory ?? .max {
            values[.memoryLimitBytes] = Double(limit)
        }
    }

    private func blockTotals(_ path: String, _ isV2: Bool) throws(KernelFile.Failure) -> BlockTotals? {
        if isV2 { return try text("\(path)/io.stat").flatMap { BlockTotals(ioStat: $0) } }
        let name = "\(path)/blkio.throttle.io_service_bytes"
        // Older kernels have only the totals without nested groups.
        if let recursive = try text("\(name)_recursive") { return BlockTotals(serviceBytes: recursive) }
        return try text(name).flatMap { BlockTotals(serviceBytes: $0) }
    }

    /// The totals of a process of the group; nil if it shares this process's network, whose bytes are not the group's.
    private func network(of group: ControlGroup) throws(KernelFile.Failure) -> NetworkTotals? {
        guard let ownNetwork, let root = mounts.place(of: .cpu)?.root,
            let process = try text("\(root)/\(group.path)/cgroup.procs")?.lines.first?.number,
            let network = System.destination(ofLink: "\(proc)/\(process)/ns/net"), network != ownNetwork
        else { return nil }
        return try text("\(proc)/\(process)/net/dev").flatMap { NetworkTotals(text: $0) { $0 != "lo" } }
    }

    private func text(_ path: String) throws(KernelFile.Failure) -> [UInt8]? { try KernelFile.readIfThere(path) }

    private func number(_ path: String) throws(KernelFile.Failure) -> UInt64? {
        try text(path)?.words.first?.number
    }
}
