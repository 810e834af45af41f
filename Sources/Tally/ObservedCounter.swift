internal import Synchronization

/// A counter that mirrors a total of other code. A closure returns the total at each scrape.
///
/// ```swift
/// ObservedCounter("pool_connects_total", help: "Connections made by the pool.", in: registry) { pool.connects }
/// ```
///
/// The exposed total never decreases. A lower answer is dropped and counted in
/// `tally_rejected_updates_total{reason="negative"}`, and the counter keeps its value until the answer exceeds it. The
/// closure follows the rules of ``ObservedGauge``. For totals with labels or fractions, use a ``MetricCollector``.
///
/// Registering the name again replaces the closure.
public struct ObservedCounter: Sendable {
    /// Registers a counter that is read at each scrape. Traps if the name is invalid or has another definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name, `[a-zA-Z_:][a-zA-Z0-9_:]*`. `_total` is appended if it is missing.
    ///   - help: The help text, exposed in the `# HELP` line.
    ///   - registry: The registry that exposes the counter.
    ///   - total: Returns the total.
    @discardableResult
    public init(
        _ name: StaticString,
        help: String,
        in registry: MetricRegistry,
        _ total: @escaping @Sendable () -> Int
    ) {
        self = RegistrationError.trapping { () throws(RegistrationError) in
            try Self(validating: "\(name)", help: help, in: registry, total)
        }
    }

    /// Registers a counter whose name is known only at run time. Throws instead of trapping.
    @discardableResult
    public init(
        validating name: String,
        help: String,
        in registry: MetricRegistry,
        _ total: @escaping @Sendable () -> Int
    ) throws(RegistrationError) {
        var request = FamilyRequest(name, help, Counter.layout)
        request.isMirrored = true
        let value = ObservedValue(
            read: { UInt64(bitPattern: Int64(total())) },
            store: { Counter(cell: $1).raise(to: Int64(bitPattern: $0)) }
        )
        _ = try registry.register(request, from: .closure(value))
    }
}

extension Counter {
    /// Sets the total of an uncontended counter. Rejects a lower one.
    fileprivate func raise(to total: Int64) {
        guard let total = UInt64(exactly: total) else { return cell.reject(.negative) }
        let (before, _) = unsafe cell.withWords { unsafe $0.pointee.max(total, ordering: .relaxed) }
        if before > total { cell.reject(.negative) }
    }
}
