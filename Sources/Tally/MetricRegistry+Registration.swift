// The initialisers that register. Literal names trap if they are wrong; names that come at run time throw.

extension PlainInstrument {
    /// Registers an instrument without labels, or finds the one of the same definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name, `[a-zA-Z_:][a-zA-Z0-9_:]*`; a counter's gets `_total` where it lacks it. A wrong
    ///     name, or one that another definition has, traps and is named.
    ///   - help: What it counts, for the reader of the exposition.
    ///   - registry: Where it is exposed.
    public init(_ name: StaticString, help: String, in registry: MetricRegistry) {
        self = RegistrationError.trapping { () throws(RegistrationError) in
            try Self(validating: "\(name)", help: help, in: registry)
        }
    }

    /// Registers an instrument whose name comes at run time.
    public init(validating name: String, help: String, in registry: MetricRegistry) throws(RegistrationError) {
        let storage = try registry.register(name, help: help, kind: Self._kind.kind, labelNames: [])
        self = Self._handle(to: _Series(storage.onlyChild()))
    }

    /// Unavailable: a name that is no literal can be invalid at run time.
    @available(
        *,
        unavailable,
        message: "a name that is no literal needs init(validating:help:in:), which throws if it is invalid"
    )
    public init(_ name: String, help: String, in registry: MetricRegistry) {
        fatalError()
    }

    /// Unavailable: an instrument with labels is a family.
    @available(
        *,
        unavailable,
        message: "labels make a family: Family<Labels, Child>(_:help:in:), or family(validating:help:labelNames:in:)"
    )
    public init(_ name: String, help: String, labelNames: [String], in registry: MetricRegistry) {
        fatalError()
    }

    /// Registers a family whose label names come at run time.
    ///
    /// - Parameters:
    ///   - name: The metric's name, as for an instrument without labels.
    ///   - help: What it counts, for the reader of the exposition.
    ///   - labelNames: The label names, in the order in which values are given.
    ///   - maxChildren: How many children it may have before further ones share the overflow child.
    ///   - idleTimeout: How long a child may go unused before it is no longer exposed, as in ``Family``.
    ///   - registry: Where it is exposed.
    public static func family(
        validating name: String,
        help: String,
        labelNames: [String],
        maxChildren: Int = MetricRegistry.defaultMaxChildren,
        idleTimeout: Duration? = nil,
        in registry: MetricRegistry
    ) throws(RegistrationError) -> DynamicFamily<Self> {
        DynamicFamily(
            storage: try registry.register(
                name,
                help: help,
                kind: _kind.kind,
                labelNames: labelNames,
                maxChildren: maxChildren,
                idleTimeout: idleTimeout
            )
        )
    }
}

extension Counter {
    /// Registers a counter that threads on many cores increment all the time, or finds the one of the same definition.
    ///
    /// Its total is spread over as many pairs of cache lines as the machine has cores, four times over (at least 1 KiB,
    /// at most 16), so that increments scale with the cores. At rest it costs what any counter does. Not worth it below
    /// some millions of increments a second.
    ///
    /// - Parameters:
    ///   - name: The metric's name; a wrong one traps and is named.
    ///   - help: What it counts, for the reader of the exposition.
    ///   - contended: Whether to spread the total.
    ///   - registry: Where it is exposed.
    public init(_ name: StaticString, help: String, contended: Bool, in registry: MetricRegistry) {
        self = RegistrationError.trapping { () throws(RegistrationError) in
            try Counter(validating: "\(name)", help: help, contended: contended, in: registry)
        }
    }

    /// Registers a contended counter whose name comes at run time.
    public init(
        validating name: String,
        help: String,
        contended: Bool,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        let storage = try registry.register(name, help: help, kind: .counter, labelNames: [], contended: contended)
        self.init(cell: storage.onlyChild())
    }
}

extension Histogram {
    /// Registers a histogram without labels, or finds the one of the same definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name, with its unit: `http_request_duration_seconds`. A wrong name traps and is named.
    ///   - help: What it measures, for the reader of the exposition.
    ///   - buckets: The upper bounds, in the unit of the name.
    ///   - registry: Where it is exposed.
    public init(_ name: StaticString, help: String, buckets: Buckets = .latency, in registry: MetricRegistry) {
        self = RegistrationError.trapping { () throws(RegistrationError) in
            try Self(validating: "\(name)", help: help, buckets: buckets, in: registry)
        }
    }

    /// Registers a histogram whose name comes at run time.
    public init(
        validating name: String,
        help: String,
        buckets: Buckets = .latency,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        let storage = try registry.register(name, help: help, kind: .histogram, labelNames: [], buckets: buckets)
        self.init(cell: storage.onlyChild())
    }

    /// Unavailable: a name that is no literal can be invalid at run time.
    @available(
        *,
        unavailable,
        message: "a name that is no literal needs init(validating:help:buckets:in:), which throws if it is invalid"
    )
    public init(_ name: String, help: String, buckets: Buckets = .latency, in registry: MetricRegistry) {
        fatalError()
    }

    /// Unavailable: an instrument with labels is a family.
    @available(
        *,
        unavailable,
        message:
            "labels make a family: Family<Labels, Histogram>(_:help:in:), or family(validating:help:labelNames:in:)"
    )
    public init(
        _ name: String,
        help: String,
        labelNames: [String],
        buckets: Buckets = .latency,
        in registry: MetricRegistry
    ) {
        fatalError()
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
        DynamicFamily(
            storage: try registry.register(
                name,
                help: help,
                kind: .histogram,
                labelNames: labelNames,
                buckets: buckets,
                maxChildren: maxChildren,
                idleTimeout: idleTimeout
            )
        )
    }
}

extension Family {
    /// Registers a family, or finds the one of the same definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name; a wrong one, or a wrong label name in the schema, traps and is named.
    ///   - help: What it counts, for the reader of the exposition.
    ///   - maxChildren: How many children it may have before further ones share the overflow child. A `CaseIterable`
    ///     label set may always have all its cases.
    ///   - idleTimeout: How long a child may go unused before it is no longer exposed, by the registry's clock; for
    ///     ever if it is nil. A lookup is a use, and so is a value that has changed since the last scrape. A handle
    ///     that is kept counts on, and its child is exposed again when it has; a gauge whose handle is kept should not
    ///     be set to one and the same value for so long.
    ///   - registry: Where it is exposed.
    public init(
        _ name: StaticString,
        help: String,
        maxChildren: Int = MetricRegistry.defaultMaxChildren,
        idleTimeout: Duration? = nil,
        in registry: MetricRegistry
    ) where Child: PlainInstrument {
        self = RegistrationError.trapping { () throws(RegistrationError) in
            try Self(
                validating: "\(name)",
                help: help,
                maxChildren: maxChildren,
                idleTimeout: idleTimeout,
                in: registry
            )
        }
    }

    /// Registers a family whose name comes at run time.
    public init(
        validating name: String,
        help: String,
        maxChildren: Int = MetricRegistry.defaultMaxChildren,
        idleTimeout: Duration? = nil,
        in registry: MetricRegistry
    ) throws(RegistrationError) where Child: PlainInstrument {
        try self.init(name, help, Child._kind.kind, maxChildren, idleTimeout, in: registry)
    }

    /// Registers a family of histograms, or finds the one of the same definition.
    public init(
        _ name: StaticString,
        help: String,
        buckets: Buckets = .latency,
        maxChildren: Int = MetricRegistry.defaultMaxChildren,
        idleTimeout: Duration? = nil,
        in registry: MetricRegistry
    ) where Child == Histogram {
        self = RegistrationError.trapping { () throws(RegistrationError) in
            try Self(
                validating: "\(name)",
                help: help,
                buckets: buckets,
                maxChildren: maxChildren,
                idleTimeout: idleTimeout,
                in: registry
            )
        }
    }

    /// Registers a family of histograms whose name comes at run time.
    public init(
        validating name: String,
        help: String,
        buckets: Buckets = .latency,
        maxChildren: Int = MetricRegistry.defaultMaxChildren,
        idleTimeout: Duration? = nil,
        in registry: MetricRegistry
    ) throws(RegistrationError) where Child == Histogram {
        try self.init(name, help, .histogram, maxChildren, idleTimeout, buckets, in: registry)
    }

    private init(
        _ name: String,
        _ help: String,
        _ kind: MetricKind,
        _ maxChildren: Int,
        _ idleTimeout: Duration?,
        _ buckets: Buckets = [],
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        let schema = Labels.schema
        let storage = try registry.register(
            name,
            help: help,
            kind: kind,
            labelNames: schema.map(\.name),
            buckets: buckets,
            maxChildren: Self.maxChildren(maxChildren),
            idleTimeout: idleTimeout
        )
        self.init(core: FamilyCore(storage: storage, labels: Labels.self, schema: schema))
    }

    /// A closed label set has all its cases, whatever `maxChildren` is.
    static func maxChildren(_ maxChildren: Int) -> Int {
        guard maxChildren > 0, let cases = Labels.self as? any CaseIterable.Type else { return maxChildren }
        return max(maxChildren, count(of: cases))
    }

    private static func count<Cases: CaseIterable>(of type: Cases.Type) -> Int {
        type.allCases.count
    }
}
