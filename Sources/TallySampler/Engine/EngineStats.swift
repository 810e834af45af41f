#if Docker
/// The statistics of one container.
/// https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerStats
struct EngineStats: Sendable {
    var read: EngineTime
    /// CPU time used, in nanoseconds.
    var cpu: UInt64?
    /// The CPU time of the whole machine, in nanoseconds. Docker only.
    var system: UInt64?
    var cpus: Int?
    var memory: UInt64?
    var memoryLimit: UInt64?
    var memoryCache: UInt64?
    var memoryResident: UInt64?
    /// The bytes of each network.
    var networks: [Traffic] = []
    /// The bytes of each block device, by its numbers, such as `8:0`.
    var disks: [Traffic] = []
    var processes: UInt64?
    /// Nil without a limit of CPU time.
    var throttling: (periods: UInt64, throttled: UInt64?, nanoseconds: UInt64?)?

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
        memoryCache = Self.first(["total_cache", "file", "cache"], of: memory)
        memoryResident = Self.first(["total_rss", "anon", "rss"], of: memory)
        networks = (reply.networks?.value ?? [:]).sorted { $0.key < $1.key }.compactMap { name, network in
            guard let network = network.value else { return nil }
            return Traffic(name: name, incoming: network.received?.value, outgoing: network.sent?.value)
        }
        disks = Self.disks((reply.block?.value?.bytes?.value ?? []).compactMap(\.value), engine: engine)
        if let data = reply.cpu?.value?.throttling?.value, let periods = data.periods?.value, periods > 0 {
            throttling = (periods, data.throttled?.value, data.nanoseconds?.value)
        }
        // A container that runs has at least one process.
        processes = (reply.processes?.value?.current?.value).flatMap { $0 > 0 ? $0 : nil }
    }

    /// The values of a sample, except the CPU percentage and the traffic.
    var values: [SampleMetric: Double] {
        var values: [SampleMetric: Double] = [:]
        values[.cpuSeconds] = cpu.map { Double($0) / 1e9 }
        values[.cpuThrottledSeconds] = throttling?.nanoseconds.map { Double($0) / 1e9 }
        let numbers: [(SampleMetric, UInt64?)] = [
            (.memoryUsedBytes, memory), (.memoryCacheBytes, memoryCache), (.memoryResidentBytes, memoryResident),
            (.memoryLimitBytes, memoryLimit), (.processes, processes),
        ]
        for (metric, number) in numbers { values[metric] = number.map { Double($0) } }
        return values
    }

    /// Values that are exposed, but not stored.
    var details: [SampleDetail] {
        guard let throttling else { return [] }
        return [SampleDetail(.throttlingPeriods, Double(throttling.periods))]
            + (throttling.throttled.map { [SampleDetail(.throttledPeriods, Double($0))] } ?? [])
    }

    /// The read and written bytes by device.
    private static func disks(_ operations: [Reply.Operation], engine: EngineIdentity) -> [Traffic] {
        var order: [String] = []
        var bytes: [String: (read: UInt64?, written: UInt64?)] = [:]
        for operation in operations {
            // Compare whole names, because Podman has `rios` beside `read`.
            guard let name = operation.operation?.value?.lowercased(), name == "read" || name == "write",
                let value = operation.value?.value
            else { continue }
            let (major, minor) = (operation.major?.value ?? 0, operation.minor?.value ?? 0)
            let device = engine.swapsDeviceNumbers ? "\(minor):\(major)" : "\(major):\(minor)"
            if bytes[device] == nil { order.append(device) }
            var entry = bytes[device] ?? (nil, nil)
            if name == "read" {
                entry.read = checkedSum([entry.read ?? 0, value])
            } else {
                entry.written = checkedSum([entry.written ?? 0, value])
            }
            bytes[device] = entry
        }
        return order.map { Traffic(name: $0, incoming: bytes[$0]?.read, outgoing: bytes[$0]?.written) }
    }

    private static func first(_ names: [String], of memory: Reply.Memory?) -> UInt64? {
        let stats = memory?.stats?.value ?? [:]
        return names.lazy.compactMap { stats[$0]?.value }.first
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
}
#endif
