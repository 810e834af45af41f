extension Histogram {
    /// Registers a histogram without labels, or returns the registered one of the same definition. Traps if the name or
    /// the buckets are invalid, or if the name has another definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name, with its unit: `http_request_duration_seconds`.
    ///   - help: The help text, exposed in the `# HELP` line.
    ///   - buckets: The upper bounds, in the unit of the name: ``Buckets/latency`` by default.
    ///   - registry: The registry that exposes the histogram.
    public init(_ name: StaticString, help: String, buckets: Buckets = .latency, in registry: MetricRegistry) {
        self.init(literal: FamilyRequest("\(name)", help, Self.layout(buckets)), in: registry)
    }

    /// Registers a histogram whose name is known only at run time. Throws instead of trapping.
    public init(
        validating name: String,
        help: String,
        buckets: Buckets = .latency,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        try self.init(FamilyRequest(name, help, Self.layout(buckets)), in: registry)
    }

    /// Registers a family of histograms whose label names are known only at run time. Throws if a name is invalid.
    public static func family(
        validating name: String,
        help: String,
        labelNames: [String],
        buckets: Buckets = .latency,
        maxChildren: Int = 1_000,
        idleTimeout: Duration? = nil,
        in registry: MetricRegistry
    ) throws(RegistrationError) -> DynamicFamily<Self> {
        let layout = layout(buckets)
        return try family(
            FamilyRequest(name, help, layout, labelNames, maxChildren: maxChildren, idleTimeout: idleTimeout),
            in: registry
        )
    }
}

extension Family where Child == Histogram {
    /// Registers a family of histograms, or returns the registered one of the same definition. Traps if it is invalid.
    public init(
        _ name: StaticString,
        help: String,
        buckets: Buckets = .latency,
        maxChildren: Int = 1_000,
        idleTimeout: Duration? = nil,
        in registry: MetricRegistry
    ) {
        let layout = Histogram.layout(buckets)
        self.init(
            literal: FamilyRequest("\(name)", help, layout, maxChildren: maxChildren, idleTimeout: idleTimeout),
            in: registry
        )
    }

    /// Registers a family of histograms whose name is known only at run time. Throws instead of trapping.
    public init(
        validating name: String,
        help: String,
        buckets: Buckets = .latency,
        maxChildren: Int = 1_000,
        idleTimeout: Duration? = nil,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        let layout = Histogram.layout(buckets)
        try self.init(
            FamilyRequest(name, help, layout, maxChildren: maxChildren, idleTimeout: idleTimeout),
            in: registry
        )
    }
}
