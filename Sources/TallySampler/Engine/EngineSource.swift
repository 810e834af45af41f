#if Docker
internal import Synchronization
internal import Tally

/// The containers of an engine, and the last CPU reading of each.
final class EngineSource: Sendable {
    struct Limits: Sendable {
        var ping = Duration.seconds(2)
        var list = Duration.seconds(5)
        /// The limit for the statistics of a container. Docker before version 25 takes a second.
        var stats = Duration.seconds(10)
        /// The limit for the number of restarts, without which a sample is still complete enough.
        var inspection = Duration.seconds(2)
    }

    static let maxContainers = 1_000

    /// The last answers about a container.
    private struct Last {
        var reading: EngineReading?
        var traffic = TrafficTotals()
        /// Nil if unknown, or if the container has been restarted since.
        var restarts: UInt64?
    }

    private struct State {
        var last: [String: Last] = [:]
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
    private let clock: ElapsedClock
    private let devices: BlockDevices
    private let state = Locked(State())

    /// - Parameter patience: The maximum time that a tick waits for the machine's memory.
    init(
        sockets: EngineSockets,
        limits: Limits = Limits(),
        clock: any Clock<Duration> = ContinuousClock(),
        patience: Duration = .seconds(5),
        devices: BlockDevices = BlockDevices(),
        hostMemory: @escaping @Sendable () -> UInt64? = EngineSource.hostMemory,
        owner: @escaping @Sendable (EngineContainer) async throws -> SampleSubject?
    ) {
        self.sockets = sockets
        self.limits = limits
        self.hostMemory = SingleCall(clock: clock, patience: patience, hostMemory)
        self.owner = owner
        self.devices = devices
        self.clock = ElapsedClock(clock)
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
        let containers: [EngineContainer.Listed]
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
        let ids = Set(containers.map(\.container.id))
        state.withLock { state in
            state.last = state.last.filter { ids.contains($0.key) }
            state.owners = state.owners.filter { ids.contains($0.key) }
        }
        let hostMemory = try await memory(tick, &reading.errors)
        let session = Session(socket: socket, engine: engine, tick: tick, hostMemory: hostMemory)
        reading.targets = containers.map { listed in
            SampleTarget(id: listed.container.id) { [self] in
                guard let subject = try await owner(of: listed.container), takePlace(session) else { return nil }
                guard listed.hasUsage else {
                    // It may be restarting again and again.
                    await countRestarts(of: listed.container.id, session)
                    return state.withLock { Self.sample(of: listed, subject, session.engine, $0.last) }
                }
                return try await sample(of: listed, subject, session)
            }
        }
        return reading
    }

    /// The owner of a container; nil if it has none, and is asked for again at the next tick.
    private func owner(of container: EngineContainer) async throws -> SampleSubject? {
        let known = state.withLock { $0.owners[container.id] }
        if let known, known.container == container { return known.subject }
        guard let subject = try await owner(container) else { return nil }
        guard subject.kind.isContainer else {
            let problem = "the owner of a container has the kind \(subject.kind): use a kind of your own"
            throw SourceError(.failed, problem)
        }
        state.withLock { $0.owners[container.id] = (container, subject) }
        return subject
    }

    /// Counts a container with an owner. False past the limit, which is reported with the next list.
    private func takePlace(_ session: Session) -> Bool {
        let place = session.places.wrappingAdd(1, ordering: .relaxed).oldValue
        if place == Self.maxContainers {
            let problem = "more than \(Self.maxContainers) containers have an owner; use .cgroups(limit:) for all"
            state.withLock { $0.errors.append(SourceError(.limit, problem)) }
        }
        return place < Self.maxContainers
    }

    /// The circumstances of a reading.
    private final class Session: Sendable {
        let socket: EngineAddress
        let engine: EngineIdentity
        let tick: SourceTick
        let hostMemory: UInt64?
        /// The number of containers with an owner.
        let places = Atomic(0)

        init(socket: EngineAddress, engine: EngineIdentity, tick: SourceTick, hostMemory: UInt64?) {
            self.socket = socket
            self.engine = engine
            self.tick = tick
            self.hostMemory = hostMemory
        }
    }

    /// A sample without usage.
    private static func sample(
        of listed: EngineContainer.Listed,
        _ subject: SampleSubject,
        _ engine: EngineIdentity,
        _ last: [String: Last]
    ) -> Sample {
        let container = listed.container
        var sample = Sample(subject: subject, containerID: container.id)
        sample.origin = SampleOrigin(
            id: engine.groupPrefix + container.id,
            name: container.name,
            image: container.image
        )
        sample.details = listed.details
        if let restarts = last[container.id]?.restarts {
            sample.details.append(SampleDetail(.restarts, Double(restarts)))
        }
        return sample
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

    private func list(at socket: EngineAddress, _ engine: inout EngineIdentity) async throws -> [UInt8] {
        let reply = try await client.get("\(engine.prefix)/containers/json", at: socket, within: limits.list)
        // An engine may have dropped this version of the API. Its default version still works.
        guard reply.status == 400, !engine.prefix.isEmpty else { return try reply.acceptedBody() }
        engine.prefix = ""
        return try await client.get("/containers/json", at: socket, within: limits.list).acceptedBody()
    }

    private func running(at socket: EngineAddress, _ engine: EngineIdentity) async throws -> Int? {
        let reply = try await client.get("\(engine.prefix)/info", at: socket, within: limits.list)
        return try EngineInfo.containersRunning(try reply.acceptedBody())
    }

    private func sample(
        of listed: EngineContainer.Listed,
        _ subject: SampleSubject,
        _ session: Session
    ) async throws -> Sample? {
        let (id, engine) = (listed.container.id, session.engine)
        // With `one-shot`, the engine does not wait a second for an earlier reading of its own.
        let path = "\(engine.prefix)/containers/\(id)/stats?stream=false&one-shot=true"
        let reply = try await client.get(path, at: session.socket, within: limits.stats)
        let time = clock.now()
        // The container was removed after it was listed.
        guard reply.status != 404 else { return nil }
        guard var stats = try EngineStats(body: try reply.acceptedBody(), of: id, engine: engine) else { return nil }
        if let limit = stats.memoryLimit, let hostMemory = session.hostMemory, limit >= hostMemory {
            stats.memoryLimit = nil
        }
        let reading = EngineReading(stats, elapsed: session.tick.elapsed, time: time)
        guard let (share, traffic) = take(stats, reading, listed, session) else { return nil }
        if state.withLock({ $0.last[id]?.restarts }) == nil { await countRestarts(of: id, session) }
        var sample = state.withLock { Self.sample(of: listed, subject, engine, $0.last) }
        sample.values = stats.values.merging(traffic.values) { own, _ in own }
        sample.values[.cpuPercent] = share.value
        sample.details += stats.details + traffic.details
        return sample
    }

    /// Stores a reading, and returns the CPU use since the last one, and the traffic. Nil if the reading is late.
    private func take(
        _ stats: EngineStats,
        _ now: EngineReading,
        _ listed: EngineContainer.Listed,
        _ session: Session
    ) -> (share: CPUShare, traffic: (values: [SampleMetric: Double], details: [SampleDetail]))? {
        let id = listed.container.id
        let cpus = stats.cpus ?? System.processors()
        let disks = stats.disks.map {
            Traffic(name: devices.path(of: $0.name), incoming: $0.incoming, outgoing: $0.outgoing)
        }
        return state.withLock { state in
            var last = state.last[id] ?? Last()
            var share = CPUShare.none
            if let before = last.reading {
                guard !now.isLate(after: before) else { return nil }
                // Its totals begin at zero.
                if now.isRestart(after: before) { last = Last() }
                share = now.share(since: before, tick: session.tick, engine: session.engine, cpus: cpus)
            }
            if listed.isFresh { last.restarts = nil }
            last.reading = now
            let traffic = last.traffic.take(networks: stats.networks, disks: disks)
            state.last[id] = last
            if share == .implausible, state.errors.count < Self.maxContainers {
                state.errors.append(CPUShare.error(of: "container \(id)"))
            }
            return (share, traffic)
        }
    }

    /// Asks for the number of restarts, which changes only when a container is restarted.
    private func countRestarts(of id: String, _ session: Session) async {
        let path = "\(session.engine.prefix)/containers/\(id)/json"
        guard let reply = try? await client.get(path, at: session.socket, within: limits.inspection),
            let count = try? EngineInspection.restarts(try reply.acceptedBody())
        else { return }
        state.withLock { $0.last[id, default: Last()].restarts = count }
    }
}
#endif
