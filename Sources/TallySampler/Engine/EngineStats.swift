#if Docker
/// The statistics of one container.
/// https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerStats
struct EngineStats: Equatable, Sendable {
    var read: EngineTime
    /// CPU time used, in nanoseconds.
    var cpu: UInt64?
    /// The CPU time of the whole machine, in nanoseconds. Docker only.
    var system: UInt64?
    var cpus: Int?
    var memory: UInt64?
    var memoryLimit: UInt64?
    var received: UInt64?
    var sent: UInt64?
    var block: (reads: UInt64?, writes: UInt64?) = (nil, nil)
    var processes: UInt64?

    static func == (one: EngineStats, two: EngineStats) -> Bool {
        one.read == two.read && one.values == two.values && one.cpu == two.cpu && one.system == two.system
    }

    /// Nil if a reply with status 200 contains no sample: an empty body, zeros read in year 1, or an error.
    ///
    /// - Parameter id: The id of the requested container. A reply about another container is not a sample.
    init?(body: [UInt8], of id: String, engine: EngineIdentity) throws(SourceError) {
        guard body.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return nil }
        let reply = try EngineJSON.decode(Reply.self, from: body)
        let answered = reply.id?.value ?? reply.podmanID?.value
        guard answered ?? id == id, let read = (reply.read?.value).flatMap({ EngineTime($0) }) else { return nil }
        let usage = reply.cpu?.value?.usage?.value
        let memory = reply.memory?.value
        if usage?.total?.value ?? 0 == 0, memory?.isEmpty ?? true { return nil }
        self.read = read
        cpu = usage?.total?.value
        system = reply.cpu?.value?.system?.value
        cpus = Self.cpus(online: reply.cpu?.value?.online?.value, each: usage?.each?.value?.count)
        self.memory = memory.flatMap { Self.used($0, isReduced: engine.hasReducedMemory) }
        memoryLimit = (memory?.limit?.value).flatMap { $0 > 0 ? $0 : nil }
        let networks = (reply.networks?.value ?? [:]).values.compactMap(\.value)
        received = Self.sum(networks.compactMap { $0.received?.value })
        sent = Self.sum(networks.compactMap { $0.sent?.value })
        let operations = (reply.block?.value?.bytes?.value ?? []).compactMap(\.value)
        // Compare whole names, because Podman has `rios` beside `read`.
        func bytes(_ name: String) -> UInt64? {
            Self.sum(operations.filter { $0.operation?.value?.lowercased() == name }.compactMap { $0.value?.value })
        }
        block = (bytes("read"), bytes("write"))
        // A container that runs has at least one process.
        processes = (reply.processes?.value?.current?.value).flatMap { $0 > 0 ? $0 : nil }
    }

    /// The values of a sample, except the CPU percentage.
    var values: [SampleMetric: Double] {
        var values: [SampleMetric: Double] = [:]
        values[.cpuSeconds] = cpu.map { Double($0) / 1e9 }
        let numbers: [(SampleMetric, UInt64?)] = [
            (.memoryUsedBytes, memory), (.memoryLimitBytes, memoryLimit), (.networkReceivedBytes, received),
            (.networkSentBytes, sent), (.blockReadBytes, block.reads), (.blockWrittenBytes, block.writes),
            (.processes, processes),
        ]
        for (metric, number) in numbers { values[metric] = number.map { Double($0) } }
        return values
    }

    private static func cpus(online: UInt64?, each: Int?) -> Int? {
        if let online, online > 0 { return Int(clamping: online) }
        return each.flatMap { $0 > 0 ? $0 : nil }
    }

    private static func used(_ memory: Reply.Memory, isReduced: Bool) -> UInt64? {
        // Engines send 0 if the kernel does not account for memory.
        guard let usage = memory.usage?.value, usage > 0 else { return nil }
        let stats = memory.stats?.value ?? [:]
        guard !isReduced else { return usage }
        if let first = stats["total_inactive_file"]?.value, first < usage { return usage - first }
        return memoryUsed(usage, inactiveFile: stats["inactive_file"]?.value)
    }

    private static func sum(_ numbers: [UInt64]) -> UInt64? { numbers.isEmpty ? nil : checkedSum(numbers) }
}
#endif
