internal import Synchronization

extension MetricRegistry {
    /// The whole exposition in the format that an Accept header asks for, with the Content-Type that goes with it.
    ///
    /// Prometheus text for an absent, unknown or malformed header. Observing gauges run first, on this thread, under
    /// no lock. Allocates the body; ``chunks(as:names:within:)`` and ``write(as:names:within:to:)`` do not.
    ///
    /// - Parameters:
    ///   - accept: The header's value; several headers joined by commas.
    ///   - names: The families to expose, by their name or that of one of their samples: what a scraper lists as
    ///     `name[]`. All if it is empty.
    ///   - limit: How long observing gauges may take in all, which a scraper says in the header
    ///     `X-Prometheus-Scrape-Timeout-Seconds`. Past it those that have not run keep their last value, and are counted in
    ///     `tally_collector_errors_total{family}`; one that has begun is waited for.
    public func exposition(accept: String?, names: [String] = [], within limit: Duration? = nil) -> Exposition {
        exposition(as: .negotiated(accept: accept), names: names, within: limit)
    }

    /// The whole exposition. The parameters are those of ``exposition(accept:names:within:)``.
    public func exposition(
        as format: ExpositionFormat = .prometheusText,
        names: [String] = [],
        within limit: Duration? = nil
    ) -> Exposition {
        var chunks = chunks(as: format, names: names, within: limit)
        var body: [UInt8] = []
        unsafe chunks.write { unsafe body.append(contentsOf: $0) }
        return Exposition(body: body, format: format)
    }

    /// Streams the exposition through one buffer of about 64 KiB, reused for every piece.
    ///
    /// The bytes are those of ``exposition(as:names:within:)``. They are only valid during the call of `write`; an error
    /// it throws ends the exposition.
    public func write<Failure: Error>(
        as format: ExpositionFormat,
        names: [String] = [],
        within limit: Duration? = nil,
        to write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        var chunks = chunks(as: format, names: names, within: limit)
        unsafe try chunks.write(to: write)
    }

    /// The exposition as a sequence of pieces of about 64 KiB, for a body that is written asynchronously.
    ///
    /// The bytes are those of ``exposition(as:names:within:)``. Observing gauges run now, the encoding as the pieces are
    /// asked for.
    public func chunks(
        as format: ExpositionFormat,
        names: [String] = [],
        within limit: Duration? = nil
    ) -> ExpositionChunks {
        let start = context.now()
        let end = limit.map { start.adding($0) }
        let parts = parts()
        let snapshots = parts.map { part in
            // Each by its own clock, which may be another.
            let now = part.context.now()
            let until = end.map { now.adding($0.since(context.now())) }
            let registered = part.families()
            return Snapshot.Part(
                registry: part,
                registered: registered,
                families: part.snapshot(of: registered, names, as: format, until: until)
            )
        }
        let merged = Self.merged(snapshots)
        countSamples(of: merged)
        return ExpositionChunks(
            Snapshot(families: merged),
            as: format,
            of: self,
            parts,
            collectedIn: context.now().since(start)
        )
    }

    /// The scrapes whose observing gauges are being asked, up the stack of this thread or task.
    @TaskLocal
    private static var observation: Observation?

    /// One registry's gauges being asked. A task that a gauge's closure starts inherits it, and may outlive it.
    private final class Observation: Sendable {
        private let registry: ObjectIdentifier
        private let outer: Observation?
        private let isOver = Atomic(false)

        init(of registry: MetricRegistry, inside outer: Observation?) {
            self.registry = ObjectIdentifier(registry)
            self.outer = outer
        }

        func end() {
            isOver.store(true, ordering: .relaxed)
        }

        func isUnderWay(for registry: MetricRegistry) -> Bool {
            if self.registry == ObjectIdentifier(registry), !isOver.load(ordering: .relaxed) { return true }
            return outer?.isUnderWay(for: registry) ?? false
        }
    }

    private func snapshot(
        of registered: [RegisteredFamily],
        _ names: [String],
        as format: ExpositionFormat,
        until end: Duration?
    ) -> [Snapshot.Family] {
        let own = ownMetrics
        let exposed = named(names, among: registered)
        refresh()
        let answers = ask(exposed.filter { $0.observe != nil || $0.collector != nil }, own, until: end)
        let replaced = own?.refresh(registered, answers: answers) ?? [:]
        return exposed.compactMap { family -> Snapshot.Family? in
            guard let storage = replaced[ObjectIdentifier(family.storage)] ?? family.storage(in: answers) else {
                return nil
            }
            let definition = storage.definition
            storage.expireIdleChildren()
            let view = storage.settledView()
            guard view.live > 0 else { return nil }
            let hasCreated = format.kind == .openMetrics && definition.hasCreatedSamples
            let samples = view.live * (definition.samplesPerSeries + (hasCreated ? 1 : 0))
            return Snapshot.Family(registry: self, definition: definition, view: view, samples: samples)
        }
    }

    /// Has something done before each snapshot, under no lock. It must not block, nor scrape.
    func beforeScrapes(_ refresh: @escaping @Sendable () -> Void) {
        refreshers.withLock { $0.append(refresh) }
    }

    private func refresh() {
        for refresh in refreshers.withLock({ $0 }) { refresh() }
    }

    func named(_ names: [String], among families: [RegisteredFamily]) -> [RegisteredFamily] {
        guard !names.isEmpty else { return families }
        let owners = Set(names.compactMap(owner(of:)))
        return families.filter { owners.contains(ByteName($0.storage.definition.name)) }
    }

    /// Asks observing gauges, and the collectors of the families, each once. Returns what collectors said.
    private func ask(
        _ families: [RegisteredFamily],
        _ own: OwnMetrics?,
        until end: Duration?
    ) -> [ObjectIdentifier: RegisteredCollector.Answer] {
        guard !families.isEmpty else { return [:] }
        let outer = Self.observation
        guard outer?.isUnderWay(for: self) != true else {
            // A closure asked for the exposition that is asking it: running it again would never end.
            for family in families { own?.collectorFailed(family.storage.definition) }
            return [:]
        }
        let observation = Observation(of: self, inside: outer)
        defer { observation.end() }
        return Self.$observation.withValue(observation) {
            var answers: [ObjectIdentifier: RegisteredCollector.Answer] = [:]
            var failed: Set<ObjectIdentifier> = []
            for family in families {
                let isOverdue = end.map { context.now() >= $0 } ?? false
                if let observe = family.observe {
                    if isOverdue {
                        own?.collectorFailed(family.storage.definition)
                    } else {
                        family.storage.onlyChild().store(observe())
                    }
                } else if let collector = family.collector {
                    let id = ObjectIdentifier(collector)
                    if answers[id] == nil, !failed.contains(id) {
                        let answer = isOverdue && !collector.hasToBeWaitedFor ? nil : collector.answer()
                        answers[id] = answer
                        if answer == nil { failed.insert(id) }
                    }
                    // One that has to be waited for was counted when it was waited for.
                    if failed.contains(id), !collector.hasToBeWaitedFor {
                        own?.collectorFailed(family.storage.definition)
                    }
                }
            }
            return answers
        }
    }
}
