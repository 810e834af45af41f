extension MetricRegistry {
    /// True unless the host wants no metrics of the registry's own.
    package var hasOwnMetrics: Bool { ownMetrics != nil }

    /// A histogram under a standard name, which takes the registry's constant labels, not its prefix.
    package func standardHistogram(_ name: String, help: String) throws(RegistrationError) -> Histogram {
        let storage = try register(
            name,
            help: help,
            kind: .histogram,
            labelNames: [],
            buckets: .latency,
            isStandard: true
        )
        return Histogram(cell: storage.onlyChild())
    }
}

/// Series under standard names, whose values are known elsewhere and copied here: what a kernel or an engine says.
///
/// It takes the registry's constant labels, not its prefix. Nothing is exposed until it is set.
package struct MirroredFamily: Sendable {
    /// How its series are to be read.
    package enum Kind: Sendable {
        case gauge
        /// A total that is counted here, from zero.
        case counter
        /// A total that is counted elsewhere.
        case total
    }

    private let children: DynamicFamily<Gauge>

    /// Registers it, or finds the one of the same definition.
    package init(
        _ name: String,
        help: String,
        _ kind: Kind = .gauge,
        labelNames: [String] = [],
        maxChildren: Int = MetricRegistry.defaultMaxChildren,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        // A float counter's word is a gauge's: a `Double`.
        children = DynamicFamily(
            storage: try registry.register(
                name,
                help: help,
                kind: kind == .gauge ? .gauge : .floatCounter,
                labelNames: labelNames,
                maxChildren: maxChildren,
                isStandard: true,
                isMirrored: kind == .total
            )
        )
    }

    /// Exposes a value. A total that is negative or not finite is dropped and counted.
    package func set(_ value: Double, _ labels: [String] = []) {
        if accepts(value) { children[labels].set(value) }
    }

    /// Adds to a value, which begins at zero. An amount by which a total would fall is dropped and counted.
    package func add(_ amount: Double, _ labels: [String] = []) {
        if accepts(amount) { children[labels].add(amount) }
    }

    /// The checks of a ``FloatCounter``, whose word is written here as a gauge's.
    private func accepts(_ value: Double) -> Bool {
        let definition = children.storage.definition
        guard definition.kind == .floatCounter else { return true }
        guard value.isFinite, value >= 0 else {
            definition.context.rejected.count(value.isFinite ? .negative : .notFinite)
            return false
        }
        return true
    }

    /// Exposes a value no longer.
    package func remove(_ labels: [String] = []) {
        children.remove(labels)
    }
}
