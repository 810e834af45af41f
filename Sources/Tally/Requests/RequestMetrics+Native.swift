extension HTTPServerMetrics {
    /// Registers the metrics as ``init(in:routes:bodySizes:maxChildren:)`` does, with native buckets for the durations
    /// beside the classic ones. Traps if the buckets are invalid, or if the metrics are registered without them.
    public init(
        in registry: MetricRegistry,
        routes: [String] = [],
        bodySizes: Bool = false,
        native: NativeBuckets,
        maxChildren: Int = 10_000
    ) {
        let layout = Histogram.layout(.http, native, isContended: false)
        self.init(in: registry, durations: layout, routes, bodySizes, maxChildren)
    }
}

extension RPCServerMetrics {
    /// Registers the metric as ``init(in:methods:maxChildren:)`` does, with native buckets beside the classic ones.
    /// Traps if the buckets are invalid, or if the metric is registered without them.
    public init(
        in registry: MetricRegistry,
        methods: [String] = [],
        native: NativeBuckets,
        maxChildren: Int = 10_000
    ) {
        let layout = Histogram.layout(.http, native, isContended: false)
        self.init(in: registry, durations: layout, methods, maxChildren)
    }
}
