/// What a sample holds a value of, with its unit in its name.
///
/// Totals grow from the owner's start; a history shows them as they were read. Everything else is a level at the time of
/// the sample.
public struct SampleMetric: Hashable, Sendable, CustomStringConvertible {
    /// The name, as stored and as a column: `[a-z0-9_]+`.
    public let description: String

    private init(_ name: String) {
        description = name
    }

    // MARK: Of every owner

    /// CPU time used since the sample before, as a share of that time: 100 is one core.
    public static let cpuPercent = SampleMetric("cpu_percent")
    /// CPU time used since the owner's start, in seconds. A total.
    public static let cpuSeconds = SampleMetric("cpu_seconds")
    /// Memory in use, without what the kernel can take back at once. Of a process: its resident set.
    public static let memoryUsedBytes = SampleMetric("memory_used_bytes")

    // MARK: Of containers, control groups and the host

    /// How much memory the owner may use; absent where nothing but the host limits it.
    public static let memoryLimitBytes = SampleMetric("memory_limit_bytes")
    /// Bytes received from networks. A total.
    public static let networkReceivedBytes = SampleMetric("network_received_bytes")
    /// Bytes sent to networks. A total.
    public static let networkSentBytes = SampleMetric("network_sent_bytes")
    /// Bytes read from block devices. A total.
    public static let blockReadBytes = SampleMetric("block_read_bytes")
    /// Bytes written to block devices. A total.
    public static let blockWrittenBytes = SampleMetric("block_written_bytes")
    /// Processes and threads, as the engine or kernel counts them.
    public static let processes = SampleMetric("processes")

    // MARK: Of the host

    /// Number of CPUs online.
    public static let cpuCount = SampleMetric("cpu_count")
    /// Memory there is.
    public static let memoryTotalBytes = SampleMetric("memory_total_bytes")
    /// Swap there is.
    public static let swapTotalBytes = SampleMetric("swap_total_bytes")
    /// Swap in use.
    public static let swapUsedBytes = SampleMetric("swap_used_bytes")
    /// Load average over one minute.
    public static let load1 = SampleMetric("load1")
    /// Load average over five minutes.
    public static let load5 = SampleMetric("load5")
    /// Load average over fifteen minutes.
    public static let load15 = SampleMetric("load15")
    /// Size of the file system watched.
    public static let diskTotalBytes = SampleMetric("disk_total_bytes")
    /// What is used of it.
    public static let diskUsedBytes = SampleMetric("disk_used_bytes")
    /// Time in which some task waited for a CPU, in seconds. A total.
    public static let cpuPressureSeconds = SampleMetric("cpu_pressure_seconds")
    /// Time in which some task waited for memory, in seconds. A total.
    public static let memoryPressureSeconds = SampleMetric("memory_pressure_seconds")
    /// Time in which some task waited for input or output, in seconds. A total.
    public static let ioPressureSeconds = SampleMetric("io_pressure_seconds")
    /// CPU of all containers sampled, together: 100 is one core.
    public static let workloadCPUPercent = SampleMetric("workload_cpu_percent")
    /// Memory of all containers sampled, together.
    public static let workloadMemoryUsedBytes = SampleMetric("workload_memory_used_bytes")
    /// Containers that run: those sampled, or where none could be, as many as the engine says.
    public static let containersRunning = SampleMetric("containers_running")

    // MARK: Of this process

    /// Virtual memory.
    public static let virtualMemoryBytes = SampleMetric("virtual_memory_bytes")
    /// File descriptors that are open.
    public static let openDescriptors = SampleMetric("open_descriptors")
    /// How many may be: the soft limit.
    public static let maxDescriptors = SampleMetric("max_descriptors")
    /// Threads.
    public static let threads = SampleMetric("threads")
    /// When it started, in seconds since the Unix epoch.
    public static let startTimeSeconds = SampleMetric("start_time_seconds")

    // MARK: Which there are

    /// What a sample of an owner of this kind can hold, in the order in which it is stored.
    package static func metrics(of kind: SampleOwner.Kind) -> [SampleMetric] {
        switch kind {
        case .host:
            [
                .cpuCount, .cpuPercent, .cpuSeconds, .memoryTotalBytes, .memoryUsedBytes, .swapTotalBytes,
                .swapUsedBytes,
                .load1, .load5, .load15, .networkReceivedBytes, .networkSentBytes, .diskTotalBytes, .diskUsedBytes,
                .cpuPressureSeconds, .memoryPressureSeconds, .ioPressureSeconds, .workloadCPUPercent,
                .workloadMemoryUsedBytes, .containersRunning,
            ]
        case .process:
            [
                .cpuPercent, .cpuSeconds, .memoryUsedBytes, .virtualMemoryBytes, .openDescriptors, .maxDescriptors,
                .threads, .startTimeSeconds,
            ]
        case .container, .controlGroup:
            [
                .cpuPercent, .cpuSeconds, .memoryUsedBytes, .memoryLimitBytes, .networkReceivedBytes, .networkSentBytes,
                .blockReadBytes, .blockWrittenBytes, .processes,
            ]
        default: []
        }
    }
}
