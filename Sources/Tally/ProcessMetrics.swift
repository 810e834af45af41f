/// What the system says of this process, under the standard names: `process_cpu_seconds_total`, `process_open_fds`,
/// `process_max_fds`, `process_virtual_memory_bytes`, `process_virtual_memory_max_bytes`,
/// `process_resident_memory_bytes`, `process_start_time_seconds`, `process_threads`; and `swift_info`.
///
/// ```swift
/// ProcessMetrics.register(in: registry)
/// ```
///
/// They take the registry's constant labels, not its prefix. Read at each scrape, which takes some 50 µs; the start time
/// is read once. What the system does not report is left out, rather than NaN: limits where there are none, and most of
/// them outside of Linux.
///
/// https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
public struct ProcessMetrics: Sendable {
    private let gauges: [(value: @Sendable (ProcessFacts) -> Double?, family: FamilyStorage)]

    /// Registers them. Again, it registers those that were unregistered meanwhile. A conflict with metrics of the
    /// host's traps and is named.
    public static func register(in registry: MetricRegistry) {
        RegistrationError.trapping { () throws(RegistrationError) in try register(validatingIn: registry) }
    }

    /// Registers them in a registry whose other names come at run time.
    public static func register(validatingIn registry: MetricRegistry) throws(RegistrationError) {
        let metrics = try ProcessMetrics(in: registry)
        // The standard's own, whether there is an ``Info`` or not.
        let layout = InstrumentLayout(
            kind: "info",
            type: "gauge",
            openMetricsType: "info",
            nameSuffix: "_info",
            hasUnit: false,
            values: .constant(1)
        )
        let help = "What the program was built with."
        let info = FamilyRequest(standard: "swift_info", help, layout, ["version", "build"], isMirrored: false)
        _ = try registry.register(info).child([swiftVersion, isDebug ? "debug" : "release"])
        // In place of an earlier call's families: one that was unregistered has another storage now.
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
            try metric("process_max_fds", "How many file descriptors may be open.", Gauge.layout, \.descriptorLimit),
            try metric("process_virtual_memory_bytes", "Virtual memory.", Gauge.layout, \.virtualBytes),
            try metric("process_virtual_memory_max_bytes", "How much there may be.", Gauge.layout, \.virtualBytesLimit),
            try metric("process_resident_memory_bytes", "Memory that is in RAM.", Gauge.layout, \.residentBytes),
            try metric("process_start_time_seconds", "Start, since the Unix epoch.", Gauge.layout, \.startSeconds),
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
