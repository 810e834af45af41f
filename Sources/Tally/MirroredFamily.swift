extension MetricRegistry {
    /// True unless the host wants no metrics of the registry's own.
    package var hasOwnMetrics: Bool { ownMetrics != nil }

    /// A histogram under a standard name, which takes the registry's constant labels, not its prefix.
    package func standardHistogram(_ name: String, help: String) throws(RegistrationError) -> Histogram {
        let layout = Histogram.layout(.latency)
        return try Histogram(FamilyRequest(standard: name, help, layout, isMirrored: false), in: self)
    }
}

/// Series under standard names, whose values are known elsewhere and copied here: what a kernel or an engine says.
///
/// It takes the registry's constant labels, not its prefix. Nothing is exposed until it is set.
package struct MirroredFamily: Sendable {
    package enum Kind: Sendable {
        case gauge
        /// A total that is counted here, from zero.
        case counter
        /// A total that is counted elsewhere.
        case total
    }

    private let storage: FamilyStorage
    private let canFall: Bool

    /// Registers it, or finds the one of the same definition.
    package init(
        _ name: String,
        help: String,
        _ kind: Kind = .gauge,
        labelNames: [String] = [],
        maxChildren: Int = 1_000,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        storage = try registry.register(
            FamilyRequest(
                standard: name,
                help,
                kind == .gauge ? Gauge.layout : FloatCounter.layout,
                labelNames,
                maxChildren: maxChildren,
                isMirrored: kind == .total
            )
        )
        canFall = kind == .gauge
    }

    /// Exposes a value. A total that is negative or not finite is dropped and counted.
    package func set(_ value: Double, _ labels: [String] = []) {
        if canFall || isTotal(value) { storage.child(labels).store(value) }
    }

    /// Adds to a value, which begins at zero. An amount that is not finite, or by which a total would fall, is dropped
    /// and counted.
    package func add(_ amount: Double, _ labels: [String] = []) {
        guard canFall ? amount.isFinite : isTotal(amount) else {
            if canFall { storage.definition.context.rejected.count(.notFinite) }
            return
        }
        storage.child(labels).add(amount)
    }

    private func isTotal(_ value: Double) -> Bool {
        guard value.isFinite, value >= 0 else {
            storage.definition.context.rejected.count(value.isFinite ? .negative : .notFinite)
            return false
        }
        return true
    }

    /// Stops exposing a value.
    package func remove(_ labels: [String] = []) { _ = storage.remove(labels) }
}
