/// The buckets of a native histogram. They are narrow and cover the whole range of values, but only buckets in use take
/// memory and are exposed.
///
/// ```swift
/// let rpc = Histogram("rpc_seconds", help: "Time of a call.", native: .standard, in: registry)
/// rpc.observe(.milliseconds(12))
/// ```
///
/// Each bucket is wider than the last by the factor 2^(2^-schema), so any quantile is known to that relative error. The
/// buckets cover magnitudes from 2^-32 to 2^63 on both sides of zero. A value of greater magnitude is dropped and
/// counted in `tally_rejected_updates_total{reason="out_of_range"}`.
///
/// Only ``ExpositionFormat/protobuf`` and OTLP carry these buckets. Text and JSON show the classic buckets, or `+Inf`
/// alone if there are none.
///
/// https://prometheus.io/docs/specs/native_histograms/
public struct NativeBuckets: Sendable, Hashable {
    /// The resolution, from 0 to 8: each octave has 2^schema buckets. An octave in use takes eight bytes for each
    /// bucket, and at least 64.
    public let schema: Int
    /// The maximum number of buckets that a series exposes, at least 16. A series with more buckets in use permanently
    /// lowers its schema, as often as necessary. Each step merges pairs of buckets, and frees no memory.
    public let maxBuckets: Int
    /// The largest magnitude that is counted as zero, from 2^-32 to 2^62.
    public let zeroThreshold: Double

    /// Eight buckets in each octave: quantiles with an error of at most 9 %.
    public static let standard = NativeBuckets()

    /// Creates the parameters, which are checked at registration.
    public init(schema: Int = 3, maxBuckets: Int = 160, zeroThreshold: Double = 0x1p-32) {
        self.schema = schema
        self.maxBuckets = maxBuckets
        self.zeroThreshold = zeroThreshold
    }

    fileprivate func validate(for name: String) throws(RegistrationError) {
        guard (0...OctaveGrid.maxSchema).contains(schema) else {
            let problem = "has the schema \(schema): native buckets have a schema of 0...\(OctaveGrid.maxSchema)"
            throw RegistrationError(.invalidBuckets, name, problem)
        }
        guard maxBuckets >= 16 else {
            let problem = "has at most \(maxBuckets) native buckets: maxBuckets must be at least 16"
            throw RegistrationError(.invalidBuckets, name, problem)
        }
        guard zeroThreshold >= OctaveGrid.minThreshold, zeroThreshold <= 0x1p62 else {
            let problem = "has the zero threshold \(zeroThreshold): it must be from 2^-32 to 2^62"
            throw RegistrationError(.invalidBuckets, name, problem)
        }
    }
}

extension Histogram {
    /// Registers a histogram with native buckets, or returns the registered one of the same definition. Traps if the
    /// name or the buckets are invalid, or if the name has another definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name, with its unit: `rpc_seconds`.
    ///   - help: The help text, exposed in the `# HELP` line.
    ///   - buckets: Classic buckets for text and JSON, in addition. None by default.
    ///   - native: The native buckets, such as ``NativeBuckets/standard``.
    ///   - contended: True to spread the counts over cache lines, so that observations scale with the cores. Each
    ///     octave in use then takes four pairs of cache lines for each core: 1 to 16 KiB, at least 2 KiB at schema 8.
    ///   - registry: The registry that exposes the histogram.
    public init(
        _ name: StaticString,
        help: String,
        buckets: Buckets = [],
        native: NativeBuckets,
        contended: Bool = false,
        in registry: MetricRegistry
    ) {
        let layout = Self.layout(buckets, native, isContended: contended)
        self.init(literal: FamilyRequest("\(name)", help, layout), in: registry)
    }

    /// Registers a histogram with native buckets whose name is known only at run time. Throws instead of trapping.
    public init(
        validating name: String,
        help: String,
        buckets: Buckets = [],
        native: NativeBuckets,
        contended: Bool = false,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        let layout = Self.layout(buckets, native, isContended: contended)
        try self.init(FamilyRequest(name, help, layout), in: registry)
    }

    /// Registers a family of histograms with native buckets whose label names are known only at run time. Throws if a
    /// name is invalid.
    public static func family(
        validating name: String,
        help: String,
        labelNames: [String],
        buckets: Buckets = [],
        native: NativeBuckets,
        maxChildren: Int = 1_000,
        reserved: [[String]] = [],
        idleTimeout: Duration? = nil,
        contended: Bool = false,
        in registry: MetricRegistry
    ) throws(RegistrationError) -> DynamicFamily<Self> {
        let layout = layout(buckets, native, isContended: contended)
        return try family(
            FamilyRequest(name, help, layout, labelNames, maxChildren: maxChildren, idleTimeout: idleTimeout),
            reserved,
            in: registry
        )
    }
}

extension Family where Child == Histogram {
    /// Registers a family of histograms with native buckets, or returns the registered one of the same definition.
    /// Traps if it is invalid.
    public init(
        _ name: StaticString,
        help: String,
        buckets: Buckets = [],
        native: NativeBuckets,
        maxChildren: Int = 1_000,
        reserved: [Labels] = [],
        idleTimeout: Duration? = nil,
        contended: Bool = false,
        in registry: MetricRegistry
    ) {
        let layout = Histogram.layout(buckets, native, isContended: contended)
        self.init(
            literal: FamilyRequest("\(name)", help, layout, maxChildren: maxChildren, idleTimeout: idleTimeout),
            reserved,
            in: registry
        )
    }

    /// Registers a family of histograms with native buckets whose name is known only at run time. Throws instead of
    /// trapping.
    public init(
        validating name: String,
        help: String,
        buckets: Buckets = [],
        native: NativeBuckets,
        maxChildren: Int = 1_000,
        reserved: [Labels] = [],
        idleTimeout: Duration? = nil,
        contended: Bool = false,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        let layout = Histogram.layout(buckets, native, isContended: contended)
        try self.init(
            FamilyRequest(name, help, layout, maxChildren: maxChildren, idleTimeout: idleTimeout),
            reserved,
            in: registry
        )
    }
}

extension Histogram {
    /// The layout of a histogram whose series keep an ``OctaveTable`` beside their words.
    static func layout(_ buckets: Buckets, _ native: NativeBuckets, isContended: Bool) -> InstrumentLayout {
        var layout = layout(buckets, isContended: isContended)
        let schema = min(max(0, native.schema), OctaveGrid.maxSchema)
        let grid = OctaveGrid(schema: schema, threshold: native.zeroThreshold)
        let (stripes, maxBuckets, check) = (layout.stripes, native.maxBuckets, layout.check)
        layout.makeState = { _ in OctaveTable(grid, stripes: stripes) }
        layout.distribution?.readNative = { words, counts in
            words.state(as: OctaveTable.self)?.read(&counts, maxBuckets: maxBuckets)
        }
        layout.set(
            .init("native buckets", "schema \(schema), \(maxBuckets) buckets, threshold \(native.zeroThreshold)")
        )
        layout.check = { name throws(RegistrationError) in
            try check(name)
            try native.validate(for: name)
        }
        return layout
    }
}
