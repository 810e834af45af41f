extension Histogram {
    /// Registers a histogram without labels, or returns the registered one of the same definition. Traps if the name or
    /// the buckets are invalid, or if the name has another definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name, with its unit: `http_request_duration_seconds`.
    ///   - help: The help text, exposed in the `# HELP` line.
    ///   - buckets: The upper bounds, in the unit of the name: ``Buckets/latency`` by default.
    ///   - contended: True to spread the counts over cache lines, so that observations scale with the cores. With up to
    ///     13 buckets, that takes four pairs of cache lines for each core (1 to 16 KiB).
    ///   - registry: The registry that exposes the histogram.
    public init(
        _ name: StaticString,
        help: String,
        buckets: Buckets = .latency,
        contended: Bool = false,
        in registry: MetricRegistry
    ) {
        let layout = Self.layout(buckets, isContended: contended)
        self.init(literal: FamilyRequest("\(name)", help, layout), in: registry)
    }

    /// Registers a histogram whose name is known only at run time. Throws instead of trapping.
    public init(
        validating name: String,
        help: String,
        buckets: Buckets = .latency,
        contended: Bool = false,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        let layout = Self.layout(buckets, isContended: contended)
        try self.init(FamilyRequest(name, help, layout), in: registry)
    }

    /// Registers a family of histograms whose label names are known only at run time. Throws if a name is invalid.
    public static func family(
        validating name: String,
        help: String,
        labelNames: [String],
        buckets: Buckets = .latency,
        maxChildren: Int = 1_000,
        reserved: [[String]] = [],
        idleTimeout: Duration? = nil,
        contended: Bool = false,
        in registry: MetricRegistry
    ) throws(RegistrationError) -> DynamicFamily<Self> {
        let layout = layout(buckets, isContended: contended)
        return try family(
            FamilyRequest(name, help, layout, labelNames, maxChildren: maxChildren, idleTimeout: idleTimeout),
            reserved,
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
        reserved: [Labels] = [],
        idleTimeout: Duration? = nil,
        contended: Bool = false,
        in registry: MetricRegistry
    ) {
        let layout = Histogram.layout(buckets, isContended: contended)
        self.init(
            literal: FamilyRequest("\(name)", help, layout, maxChildren: maxChildren, idleTimeout: idleTimeout),
            reserved,
            in: registry
        )
    }

    /// Registers a family of histograms whose name is known only at run time. Throws instead of trapping.
    public init(
        validating name: String,
        help: String,
        buckets: Buckets = .latency,
        maxChildren: Int = 1_000,
        reserved: [Labels] = [],
        idleTimeout: Duration? = nil,
        contended: Bool = false,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        let layout = Histogram.layout(buckets, isContended: contended)
        try self.init(
            FamilyRequest(name, help, layout, maxChildren: maxChildren, idleTimeout: idleTimeout),
            reserved,
            in: registry
        )
    }
}
