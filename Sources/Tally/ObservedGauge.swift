/// A gauge whose value a closure returns at each scrape.
///
/// ```swift
/// ObservedGauge("queue_depth", help: "Lines waiting to be sent.", in: registry) { Double(queue.count) }
/// ```
///
/// The closure runs under no lock, on a thread that the scrape creates, and at most once at a time: concurrent scrapes
/// share its answer. It may use the registry, and it may block. If it exceeds the ``ScrapeRequest/timeout``, or itself
/// requested the scrape, the scrape omits the gauge and counts it in `tally_scrape_errors_total{family}`.
///
/// Registering the name again replaces the closure.
public struct ObservedGauge: Sendable {
    /// Registers a gauge that is read at each scrape. Traps if the name is invalid or has another definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name, `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    ///   - help: The help text, exposed in the `# HELP` line.
    ///   - registry: The registry that exposes the gauge.
    ///   - value: Returns the value. NaN and the infinities are exposed as they are.
    @discardableResult
    public init(
        _ name: StaticString,
        help: String,
        in registry: MetricRegistry,
        _ value: @escaping @Sendable () -> Double
    ) {
        self = RegistrationError.trapping { () throws(RegistrationError) in
            try Self(validating: "\(name)", help: help, in: registry, value)
        }
    }

    /// Registers a gauge whose name is known only at run time. Throws instead of trapping.
    @discardableResult
    public init(
        validating name: String,
        help: String,
        in registry: MetricRegistry,
        _ value: @escaping @Sendable () -> Double
    ) throws(RegistrationError) {
        let request = FamilyRequest(name, help, Gauge.layout)
        let value = ObservedValue(read: { value().bitPattern }, store: { $1.store(Double(bitPattern: $0)) })
        _ = try registry.register(request, from: .closure(value))
    }
}
