#if Docker
internal import Tally

/// The containers of an engine, and the last CPU reading of each.
final class EngineSource: Sendable {
    struct Limits: Sendable {
        var ping = Duration.seconds(2)
        var list = Duration.seconds(5)
        /// The limit for the statistics of a container. Docker before version 25 takes a second.
        var stats = Duration.seconds(10)
    }

    static let maxContainers = 1_000

    private struct State {
        var last: [String: EngineReading] = [:]
        /// The owners of containers, by the containers' ids.
        var owners: [String: (container: EngineContainer, subject: SampleSubject)] = [:]
        /// Errors from the statistics of containers, reported with the next list.
        var errors: [SourceError] = []
        /// The machine's memory at the last reading.
        var hostMemory: UInt64?
    }

    private let sockets: EngineSockets
    private let owner: @Sendable (EngineContainer) async throws -> SampleSubject?
    private let limits: Limits
    private let client: EngineClient
    private let hostMemory: SingleCall<UInt64?>
    private let state = Locked(State())

    /// - Parameter patience: The maximum time that a tick waits for the machine's memory.
    init(
        sockets: EngineSockets,
        limits: Limits = Limits(),
        clock: any Clock<Duration> = ContinuousClock(),
        patience: Duration = .seconds(1),
        hostMemory: @escaping @Sendable () -> UInt64? = EngineSource.hostMemory,
        owner: @escaping @Sendable (EngineContainer) async throws -> SampleSubject?
    ) {
        self.sockets = sockets
        self.limits = limits
        self.hostMemory = SingleCall(clock: clock, patience: patience, hostMemory)
        self.owner = owner
        client = EngineClient(clock: clock)
    }

    static func hostMemory() -> UInt64? {
        (try? KernelFile.read("/proc/meminfo")).flatMap { HostMemory(text: $0).total }
    }

    func shutdown() async { await client.shutdown() }

    func read(_ tick: SourceTick) async throws -> SourceReading {
        let socket = try sockets.present()
        let ping = try await client.get("/_ping", at: socket, within: limits.ping)
        _ = try ping.acceptedBody()
        var engine = EngineIdentity(headers: ping.headers)
        var reading = SourceReading()
        reading.errors = state.withLock { state in
            defer { state.errors = [] }
            return state.errors
        }
        let containers: [(container: EngineContainer, isRunning: Bool)]
        do {
            containers = try EngineContainer.list(try await list(at: socket, &engine))
        } catch let error as SourceError {
            // Without a list, the engine may still report the number of containers.
            reading.errors.append(error)
            reading.containersRunning = try? await running(at: socket, engine)
            try Task.checkCancellation()
            return reading
        }
        reading.containersRunning = containers.count { $0.isRunning }
        if containers.count > Self.maxContainers {
            let counts = "\(containers.count) containers, but only \(Self.maxContainers) are sampled"
            reading.errors.append(SourceError(.limit, "\(counts); use .cgroups(limit:) for all"))
        }
        let sampled = containers.prefix(Self.maxContainers).map(\.container)
        let ids = Set(sampled.map(\.id))
        state.withLock { state in
            state.last = state.last.filter { ids.contains($0.key) }
            state.owners = state.owners.filter { ids.contains($0.key) }
        }
        let hostMemory = try await memory(tick, &reading.errors)
        reading.targets = sampled.map { container in
            SampleTarget(id: container.id) { [self, engine] in
                guard let subject = try await owner(of: container) else { return nil }
                return try await sample(of: container.id, subject, at: socket, engine, tick, hostMemory: hostMemory)
            }
        }
        return reading
    }

    /// The owner of a container; nil if it has none, and is asked for again at the next tick.
    private func owner(of container: EngineContainer) async throws -> SampleSubject? {
        let known = state.withLock { $0.owners[container.id] }
        if let known, known.container == container { return known.subject }
        guard let subject = try await owner(container) else { return nil }
        state.withLock { $0.owners[container.id] = (container, subject) }
        return subject
    }

    /// The machine's memory, or its last value if it cannot be read now. It hardly ever changes.
    private func memory(_ tick: SourceTick, _ errors: inout [SourceError]) async throws -> UInt64? {
        let outcome = await hostMemory.outcome(at: tick.elapsed)
        guard let total = try outcome.value(of: "/proc/meminfo", &errors) else {
            return state.withLock { $0.hostMemory }
        }
        state.withLock { $0.hostMemory = total }
        return total
    }

    private func list(at socket: String, _ engine: inout EngineIdentity) async throws -> [UInt8] {
        let reply = try await client.get("\(engine.prefix)/containers/json", at: socket, within: limits.list)
        // An engine may have dropped this version of the API. Its default version still works.
        guard reply.status == 400, !engine.prefix.isEmpty else { return try reply.acceptedBody() }
        engine.prefix = ""
        return try await client.get("/containers/json", at: socket, within: limits.list).acceptedBody()
    }

    private func running(at socket: String, _ engine: EngineIdentity) async throws -> Int? {
        let reply = try await client.get("\(engine.prefix)/info", at: socket, within: limits.list)
        return try EngineInfo.containersRunning(try reply.acceptedBody())
    }

    private func sample(
        of id: String,
        _ subject: SampleSubject,
        at socket: String,
        _ engine: EngineIdentity,
        _ tick: SourceTick,
        hostMemory: UInt64?
    ) async throws -> Sample? {
        // With `one-shot`, the engine does not wait a second for an earlier reading of its own.
        let path = "\(engine.prefix)/containers/\(id)/stats?stream=false&one-shot=true"
        let reply = try await client.get(path, at: socket, within: limits.stats)
        // The container was removed after it was listed.
        guard reply.status != 404 else { return nil }
        guard var stats = try EngineStats(body: try reply.acceptedBody(), of: id, engine: engine) else { return nil }
        if let limit = stats.memoryLimit, let hostMemory, limit >= hostMemory { stats.memoryLimit = nil }
        guard let share = take(stats, id, engine, tick) else { return nil }
        var values = stats.values
        values[.cpuPercent] = share.value
        return Sample(subject: subject, containerID: id, values: values)
    }

    /// Stores a reading, and returns the CPU use since the last one. Returns nil if the reading is late.
    private func take(_ stats: EngineStats, _ id: String, _ engine: EngineIdentity, _ tick: SourceTick) -> CPUShare? {
        let cpus = stats.cpus ?? System.processors()
        return state.withLock { state in
            let now = EngineReading(stats, elapsed: tick.elapsed)
            guard let last = state.last[id] else {
                state.last[id] = now
                return CPUShare.none
            }
            guard !now.isLate(after: last) else { return nil }
            state.last[id] = now
            let share = now.share(since: last, tick: tick, engine: engine, cpus: cpus)
            if share == .implausible, state.errors.count < Self.maxContainers {
                state.errors.append(CPUShare.error(of: "container \(id)"))
            }
            return share
        }
    }
}
#endif
