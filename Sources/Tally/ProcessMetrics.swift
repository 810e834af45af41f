/// Metrics about this process under their standard names: `process_cpu_seconds_total`, `process_open_fds`,
/// `process_max_fds`, `process_virtual_memory_bytes`, `process_virtual_memory_max_bytes`,
/// `process_resident_memory_bytes`, `process_start_time_seconds`, `process_threads`, and `swift_info`.
///
/// ```swift
/// ProcessMetrics.register(in: registry)
/// ```
///
/// The metrics have the registry's constant labels, but not its prefix. Reading them takes about 50 µs for each scrape.
/// The start time is read once. Values that the system does not report are omitted, such as absent limits and, outside
/// Linux, most values.
///
/// https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
public struct ProcessMetrics: Sendable {
    private let gauges: [(value: @Sendable (ProcessFacts) -> Double?, family: FamilyStorage)]

    /// Registers the metrics, including any that were unregistered since an earlier call. Traps if one of the names has
    /// another definition.
    public static func register(in registry: MetricRegistry) {
        RegistrationError.trapping { () throws(RegistrationError) in try register(validatingIn: registry) }
    }

    /// Registers the metrics. Throws if one of the names has another definition.
    public static func register(validatingIn registry: MetricRegistry) throws(RegistrationError) {
        let metrics = try ProcessMetrics(in: registry)
        // Not `Info.layout`, so that this file does not depend on ``Info``.
        let layout = InstrumentLayout(
            kind: "info",
            type: .gauge,
            openMetricsType: "info",
            nameSuffix: "_info",
            hasUnit: false,
            values: .constant(1)
        )
        let help = "Swift version and configuration of the build."
        let info = FamilyRequest(standard: "swift_info", help, layout, ["version", "build"], isMirrored: false)
        _ = try registry.register(info).child([swiftVersion, isDebug ? "debug" : "release"])
        // Replaces the closure of an earlier call, because a family that is registered again has a new storage.
        registry.beforeScrapes("process", metrics.refresh)
    }

    private init(in registry: MetricRegistry) throws(RegistrationError) {
        func metric(
            _ name: String,
            _ help: String,
            _ layout: InstrumentLayout = Gauge.layout,
            _ value: @escaping @Sendable (ProcessFacts) -> Double?
        ) throws(RegistrationError) -> (@Sendable (ProcessFacts) -> Double?, FamilyStorage) {
            (value, try registry.register(FamilyRequest(standard: name, help, layout)))
        }
        gauges = [
            try metric("process_cpu_seconds_total", "User and system CPU time.", FloatCounter.layout, \.cpuSeconds),
            try metric("process_open_fds", "Open file descriptors.") { $0.descriptors.map { Double($0) } },
            try metric("process_max_fds", "Limit of open file descriptors.", Gauge.layout, \.descriptorLimit),
            try metric("process_virtual_memory_bytes", "Virtual memory.", Gauge.layout, \.virtualBytes),
            try metric(
                "process_virtual_memory_max_bytes",
                "Limit of virtual memory.",
                Gauge.layout,
                \.virtualBytesLimit
            ),
            try metric("process_resident_memory_bytes", "Resident memory.", Gauge.layout, \.residentBytes),
            try metric(
                "process_start_time_seconds",
                "Start time in seconds since the Unix epoch.",
                Gauge.layout,
                \.startSeconds
            ),
            try metric("process_threads", "Threads.") { $0.threads.map { Double($0) } },
        ]
    }

    @Sendable
    private func refresh() {
        let facts = ProcessFacts.current()
        for (value, family) in gauges {
            if let value = value(facts) {
                family.onlyChild().store(value)
            } else {
                family.removeAll()
            }
        }
    }

    private static var isDebug: Bool {
        #if DEBUG
        true
        #else
        false
        #endif
    }

    private static var swiftVersion: String {
        #if compiler(>=6.4)
        "6.4 or later"
        #elseif compiler(>=6.3)
        "6.3"
        #else
        "6.2"
        #endif
    }
}
