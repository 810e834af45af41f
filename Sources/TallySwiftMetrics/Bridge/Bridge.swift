import Tally

/// The metrics of one role, and the handlers of their series.
///
/// A table finds existing series, by label and dimensions as given. Everything else happens under one lock.
final class Bridge<Child: Instrument, Handler: SeriesHandler<Child>>: HandlerKeeper {
    /// Describes the family of a label.
    typealias MakeFamily = @Sendable (FamilyDescription) -> ShapedFamily<Child>

    private struct State {
        var metrics: [ByteName: BridgedMetric<Child>] = [:]
        /// True once the factory is gone, and with it the table's owner.
        var isClosed = false
    }

    private let role: MetricRole
    private let settings: BridgeSettings
    private let makeFamily: MakeFamily
    private let table = HandlerTable<Child, Handler>()
    /// A series in a registry that nobody scrapes, for the handlers of what is not exposed.
    private let unexposed: ShapedSeries<Child>
    private let seed = UInt64.random(in: .min ... .max)
    private let state = Locked(State())

    private init(_ role: MetricRole, _ settings: BridgeSettings, makeFamily: @escaping MakeFamily) {
        self.role = role
        self.settings = settings
        self.makeFamily = makeFamily
        let family = makeFamily(FamilyDescription(name: "unexposed", in: MetricRegistry(ownMetrics: false)))
        let series = RegistrationError.trapping { () throws(RegistrationError) in try family.shape([]).series([]) }
        guard let series else { preconditionFailure("no label names take no values") }
        unexposed = series
    }

    /// Breaks the cycle of references between the bridge and its handlers.
    func close() {
        state.withLock { $0.isClosed = true }
        table.removeAll()
    }

    // MARK: Making handlers

    @inline(__always)
    func handler(_ label: String, _ dimensions: [(String, String)]) -> Handler {
        guard let mapping = settings.mapping else { return mappedHandler(label, dimensions) }
        guard let (label, dimensions) = mapping(label, dimensions) else { return unexposedHandler(label) }
        return mappedHandler(label, dimensions)
    }

    @inline(__always)
    private func mappedHandler(_ label: String, _ dimensions: [(String, String)]) -> Handler {
        let handler = DimensionReader.with(label, dimensions, seed: seed) { key in
            if key.isShortened { settings.registry.countShortenedValue() }
            return table.take(key) ?? newHandler(label, key)
        }
        return handler ?? rejected(label)
    }

    @inline(never)
    private func rejected(_ label: String) -> Handler {
        refused(label, label.utf8.count > DimensionReader.maxNameBytes ? .name : .dimensions)
    }

    @inline(never)
    private func newHandler(_ label: String, _ key: DimensionReader) -> Handler {
        let outcome = state.withLockInTurn { state -> Result<Handler, BridgedMetric<Child>.Failure> in
            if let handler = table.take(key) { return .success(handler) }
            let name = ByteName(label)
            if state.metrics[name] == nil {
                guard settings.addMetric() else { return .failure(.init(reason: .labels)) }
                state.metrics[name] = BridgedMetric(label, settings, makeFamily)
            }
            guard let outcome = state.metrics[name]?.series(key.texts, as: role) else {
                return .failure(.init(reason: .labels))
            }
            return outcome.map { series in
                // The overflow child serves many keys, so its handlers are not kept.
                guard series.isOwn, !state.isClosed else { return Handler(series, label, .none, self) }
                let handler = Handler(series, label, key.key, self)
                _ = table.insert(handler)
                return handler
            }
        }
        switch outcome {
        case .success(let handler): return handler
        case .failure(let failure): return refused(label, failure.reason)
        }
    }

    private func refused(_ label: String, _ reason: SwiftMetricsRejection.Reason) -> Handler {
        settings.rejections.count(reason, label)
        return unexposedHandler(label)
    }

    /// A handler that works but is not exposed.
    private func unexposedHandler(_ label: String) -> Handler { Handler(unexposed, label, .none, self) }

    // MARK: Life of series

    /// Ends the use of a handler by one of its users. The last one hides the series.
    func destroy(_ handler: Handler) {
        state.withLockInTurn { _ in
            guard table.release(handler) else { return }
            handler.isHidden = true
            handler.series.hide()
        }
    }

    func reexpose<Other>(_ handler: SeriesHandler<Other>) -> Other {
        state.withLockInTurn { state in
            guard let own = handler as? Handler, !state.isClosed else { return handler.child }
            guard own.isHidden else { return handler.child }
            let (child, isOwn) = handler.series.reexposed()
            guard isOwn else { return child }
            own.ownerCount = 1
            // If another handler has been made since, that one decides when the series is hidden.
            if table.insert(own) { own.isHidden = false }
            return child
        }
    }

    func reject(_ reason: SwiftMetricsRejection.Reason, _ label: String) { settings.rejections.count(reason, label) }
}

extension Bridge where Child: PlainInstrument {
    convenience init(_ role: MetricRole, _ settings: BridgeSettings) {
        self.init(role, settings) { family in
            ShapedFamily(
                family.name,
                help: family.help,
                maxChildren: family.maxChildren,
                in: family.registry,
                onReplaced: family.onReplaced
            )
        }
    }
}

extension Bridge where Child == Histogram {
    /// - Parameters:
    ///   - standard: The buckets in place of invalid ones.
    ///   - choose: Returns the buckets of a label.
    convenience init(
        _ role: MetricRole,
        _ settings: BridgeSettings,
        standard: Buckets,
        choose: @escaping @Sendable (SwiftMetricsBuckets, _ label: String) -> Buckets
    ) {
        let buckets = settings.buckets
        self.init(role, settings) { family in
            ShapedFamily(
                family.name,
                help: family.help,
                buckets: family.hasStandardBuckets ? standard : choose(buckets, family.label),
                maxChildren: family.maxChildren,
                in: family.registry,
                onReplaced: family.onReplaced
            )
        }
    }
}
