extension MetricRegistry {
    /// True if the registry exposes metrics about itself.
    package var hasOwnMetrics: Bool { ownMetrics != nil }

    /// Registers a histogram under a standard name, with the registry's constant labels but without its prefix.
    package func standardHistogram(_ name: String, help: String) throws(RegistrationError) -> Histogram {
        let layout = Histogram.layout(.latency)
        return try Histogram(FamilyRequest(standard: name, help, layout, isMirrored: false), in: self)
    }
}

/// A family under a standard name whose values are copied from elsewhere, such as the kernel or a container engine.
///
/// It has the registry's constant labels, but not its prefix, and exposes nothing until a value is set.
package struct MirroredFamily: Sendable {
    package enum Kind: Sendable {
        case gauge
        /// A total that Tally counts from zero.
        case counter
        /// A total that another system counts.
        case total
    }

    private let storage: FamilyStorage
    private let canFall: Bool

    /// Registers the family, or returns the registered one of the same definition.
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

    /// Sets and exposes a value. A total that is negative or not finite is dropped and counted.
    package func set(_ value: Double, _ labels: [String] = []) {
        if canFall || isTotal(value) { storage.child(labels).store(value) }
    }

    /// Adds to a value, which is initially zero. An amount that is not finite, or that would decrease a total, is
    /// dropped and counted.
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

    package func remove(_ labels: [String] = []) { _ = storage.remove(labels) }
}
