extension Histogram {
    /// Registers a histogram without labels, or finds the one of the same definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name, with its unit: `http_request_duration_seconds`. A wrong name traps and is named.
    ///   - help: What it measures, for the reader of the exposition.
    ///   - buckets: The upper bounds, in the unit of the name.
    ///   - registry: Where it is exposed.
    public init(_ name: StaticString, help: String, buckets: Buckets = .latency, in registry: MetricRegistry) {
        self.init(literal: FamilyRequest("\(name)", help, Self.layout(buckets)), in: registry)
    }

    /// Registers a histogram whose name comes at run time.
    public init(
        validating name: String,
        help: String,
        buckets: Buckets = .latency,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        try self.init(FamilyRequest(name, help, Self.layout(buckets)), in: registry)
    }

    /// Registers a family of histograms whose label names come at run time.
    public static func family(
        validating name: String,
        help: String,
        labelNames: [String],
        buckets: Buckets = .latency,
        maxChildren: Int = MetricRegistry.defaultMaxChildren,
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
    /// Registers a family of histograms, or finds the one of the same definition.
    public init(
        _ name: StaticString,
        help: String,
        buckets: Buckets = .latency,
        maxChildren: Int = MetricRegistry.defaultMaxChildren,
        idleTimeout: Duration? = nil,
        in registry: MetricRegistry
    ) {
        let layout = Histogram.layout(buckets)
        self.init(
            literal: FamilyRequest("\(name)", help, layout, maxChildren: maxChildren, idleTimeout: idleTimeout),
            in: registry
        )
    }

    /// Registers a family of histograms whose name comes at run time.
    public init(
        validating name: String,
        help: String,
        buckets: Buckets = .latency,
        maxChildren: Int = MetricRegistry.defaultMaxChildren,
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
