internal import Synchronization

extension MetricRegistry {
    /// Encodes the exposition in the format that an Accept header selects: the short form of ``exposition(for:)``.
    ///
    /// - Parameter accept: The header's value; join repeated headers with commas. An absent, unknown or malformed value
    ///   selects Prometheus text.
    public func exposition(accept: String?) -> Exposition { exposition(as: .negotiated(accept: accept)) }

    /// Encodes the exposition of all families in a format.
    public func exposition(as format: ExpositionFormat = .prometheusText) -> Exposition {
        exposition(for: ScrapeRequest(as: format))
    }

    /// Encodes the exposition for a scraper's request.
    ///
    /// Calls observed instruments and collectors first, under no lock, on a thread that the scrape creates. A closure
    /// that hangs or is late affects only its own families, which are omitted. Allocates the whole body, unlike
    /// ``chunks(for:)`` and ``write(for:to:)``.
    public func exposition(for request: ScrapeRequest) -> Exposition {
        let chunks = chunks(for: request)
        var body: [UInt8] = []
        for chunk in chunks { body += chunk }
        return Exposition(body: body, format: request.format, contentEncoding: chunks.contentEncoding)
    }

    /// Passes the exposition in a format to `write` in pieces: the short form of ``write(for:to:)``.
    public func write<Failure: Error>(
        as format: ExpositionFormat,
        to write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        unsafe try self.write(for: ScrapeRequest(as: format), to: write)
    }

    /// Passes the exposition to `write` in pieces of about 64 KiB.
    ///
    /// The bytes are those of ``exposition(for:)``. All pieces share one buffer, so the bytes are valid only during the
    /// call of `write`. If `write` throws, the exposition ends and the error is rethrown.
    public func write<Failure: Error>(
        for request: ScrapeRequest,
        to write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        var chunks = chunks(for: request)
        unsafe try chunks.write(to: write)
    }

    /// Returns the exposition in a format as a sequence of pieces: the short form of ``chunks(for:)``.
    public func chunks(as format: ExpositionFormat) -> ExpositionChunks {
        chunks(for: ScrapeRequest(as: format))
    }

    /// Returns the exposition in pieces of about 64 KiB, for a body that is written asynchronously.
    ///
    /// The bytes are those of ``exposition(for:)``. Calls observed instruments and collectors before it returns. Each
    /// piece is encoded and compressed on demand.
    public func chunks(for request: ScrapeRequest) -> ExpositionChunks {
        let (snapshot, parts, start) = snapshot(for: request)
        return ExpositionChunks(snapshot, for: request, of: self, parts, collectedIn: context.now().since(start))
    }

    /// Takes the snapshot of this registry and of included ones, which is `parts`. Returns the time of the beginning.
    func snapshot(for request: ScrapeRequest) -> (snapshot: Snapshot, parts: [MetricRegistry], start: Duration) {
        let start = context.now()
        let parts = parts(for: request)
        return (Snapshot(families: merged(parts, for: request)), parts.map(\.registry), start)
    }

    /// Takes a snapshot of this registry and of included ones.
    func parts(for request: ScrapeRequest) -> [Snapshot.Part] {
        let start = context.now()
        let left = request.timeLeft(context) ?? (context.isRealTime ? Self.defaultTimeout : nil)
        let end = left.map { start.adding($0) }
        return parts().map { part in
            // Each registry may have a different clock.
            let now = part.context.now()
            let until = end.map { now.adding($0.since(context.now())) }
            let registered = part.families()
            return Snapshot.Part(
                registry: part,
                registered: registered,
                families: part.snapshot(of: registered, for: request, until: until)
            )
        }
    }

    /// Prometheus' default scrape timeout.
    private static let defaultTimeout = Duration.seconds(10)

    private func snapshot(
        of registered: [RegisteredFamily],
        for request: ScrapeRequest,
        until end: Duration?
    ) -> [Snapshot.Family] {
        let own = ownMetrics
        let exposed = named(request.names, among: registered)
        refresh()
        let asked = exposed.filter { $0.observation != nil || $0.collector != nil }
        let answers = ask(asked, for: request, own, until: end)
        let collected = answers.collected.compactMapValues(\.families)
        let replaced = own?.refresh(registered, answers: collected) ?? [:]
        var previous: ShapeGroup?
        return exposed.compactMap { family -> Snapshot.Family? in
            let id = ObjectIdentifier(family.storage)
            guard !answers.missing.contains(id), let storage = replaced[id] ?? family.storage(in: collected) else {
                return nil
            }
            let definition = storage.definition
            storage.expireIdleChildren()
            let view = storage.settledView()
            guard view.live > 0 else { return nil }
            let hasCreated = request.format.kind == .openMetrics && definition.hasCreatedSamples
            let samples = view.live * (definition.samplesPerSeries + (hasCreated ? 1 : 0))
            defer { previous = definition.request.group }
            return Snapshot.Family(
                registry: self,
                definition: definition,
                view: view,
                samples: samples,
                continuesPrevious: previous != nil && previous === definition.request.group
            )
        }
    }

    func named(_ names: [String], among families: [RegisteredFamily]) -> [RegisteredFamily] {
        guard !names.isEmpty else { return families }
        let owners = Set(names.compactMap(owner(of:)))
        return families.filter { owners.contains(ByteName($0.storage.definition.name)) }
    }

    // MARK: Calling closures

    /// The answers of the closures called by one scrape.
    private struct Answers {
        var collected: [ObjectIdentifier: Answer] = [:]
        /// The storages of families to omit.
        var missing: Set<ObjectIdentifier> = []

        struct Answer {
            /// Nil if the collector failed.
            var families: CollectedAnswer?
            /// True if the failure was counted when it happened.
            var isCounted = false
        }
    }

    /// Calls the closures of observed instruments, and each collector once.
    private func ask(
        _ families: [RegisteredFamily],
        for request: ScrapeRequest,
        _ own: (any SelfReport)?,
        until end: Duration?
    ) -> Answers {
        var answers = Answers()
        guard !families.isEmpty else { return answers }
        // A closure that requests the exposition that is calling it would never return.
        let isInside = ReentryGuard.isInside(self)
        let call = ReentryGuard(of: self)
        defer { call.end() }
        let thread = CallThread { call.run($0) }
        for family in families {
            // Each closure may take half of the remaining time, so that a slow one leaves time for the others.
            let patience = isInside ? .zero : end.map { $0.since(context.now()) / 2 }
            if let observation = family.observation {
                let isScrape = request.isScrape
                if observation.update(on: thread, within: patience, isScrape: isScrape, context) { continue }
            } else if let collector = family.collector {
                let answer =
                    answers.collected[ObjectIdentifier(collector)]
                    ?? ask(collector, for: request, on: thread, within: patience)
                answers.collected[ObjectIdentifier(collector)] = answer
                if answer.families != nil { continue }
                answers.missing.insert(ObjectIdentifier(family.storage))
                if answer.isCounted { continue }
            }
            if request.isScrape { own?.collectorFailed(family.storage.definition) }
            answers.missing.insert(ObjectIdentifier(family.storage))
        }
        return answers
    }

    private func ask(
        _ collector: RegisteredCollector,
        for request: ScrapeRequest,
        on thread: CallThread,
        within patience: Duration?
    ) -> Answers.Answer {
        switch collector.source {
        case .call(let call):
            let families = call.answer(on: thread, within: patience, isScrape: request.isScrape, context)
            return Answers.Answer(families: families)
        case .collection(let collection):
            guard !request.late.contains(collection) else { return Answers.Answer(isCounted: true) }
            switch collection.latest {
            case .answer(let families): return Answers.Answer(families: families)
            case .failure: return Answers.Answer(isCounted: true)
            case .none: return Answers.Answer()
            }
        }
    }
}
