/// A metric of a sample, with its unit in its name.
///
/// Totals grow from the subject's start; a history shows them as they were read. Everything else is a level at the time
/// of the sample.
public struct SampleMetric: Hashable, Sendable, LosslessStringConvertible {
    /// The name, as stored and as a column: `[a-z0-9_]+`.
    public let description: String

    private init(name: String) {
        description = name
    }

    /// The metric of a name, as a request for a chart has it: `cpu_percent`. Nil if there is none.
    public init?(_ description: String) {
        guard Self.all.contains(where: { $0.description == description }) else { return nil }
        self.init(name: description)
    }

    // MARK: Of every subject

    /// CPU time used since the sample before, as a share of that time: 100 is one core.
    public static let cpuPercent = SampleMetric(name: "cpu_percent")
    /// CPU time used since the subject's start, in seconds. A total.
    public static let cpuSeconds = SampleMetric(name: "cpu_seconds")
    /// Memory in use, without what the kernel can take back at once. Of a process: its resident set.
    public static let memoryUsedBytes = SampleMetric(name: "memory_used_bytes")

    // MARK: Of containers, control groups and the host

    /// The memory limit of the subject, absent if only the host limits it.
    public static let memoryLimitBytes = SampleMetric(name: "memory_limit_bytes")
    /// Bytes received from networks. A total.
    public static let networkReceivedBytes = SampleMetric(name: "network_received_bytes")
    /// Bytes sent to networks. A total.
    public static let networkSentBytes = SampleMetric(name: "network_sent_bytes")
    /// Bytes read from block devices. A total.
    public static let blockReadBytes = SampleMetric(name: "block_read_bytes")
    /// Bytes written to block devices. A total.
    public static let blockWrittenBytes = SampleMetric(name: "block_written_bytes")
    /// Processes and threads, as the engine or kernel counts them.
    public static let processes = SampleMetric(name: "processes")

    // MARK: Of the host

    /// Number of CPUs online.
    public static let cpuCount = SampleMetric(name: "cpu_count")
    /// Memory there is.
    public static let memoryTotalBytes = SampleMetric(name: "memory_total_bytes")
    /// Swap there is.
    public static let swapTotalBytes = SampleMetric(name: "swap_total_bytes")
    /// Swap in use.
    public static let swapUsedBytes = SampleMetric(name: "swap_used_bytes")
    /// Load average over one minute.
    public static let load1 = SampleMetric(name: "load1")
    /// Load average over five minutes.
    public static let load5 = SampleMetric(name: "load5")
    /// Load average over fifteen minutes.
    public static let load15 = SampleMetric(name: "load15")
    /// Size of the file system watched.
    public static let diskTotalBytes = SampleMetric(name: "disk_total_bytes")
    /// The used part of the disk.
    public static let diskUsedBytes = SampleMetric(name: "disk_used_bytes")
    /// Time in which some task waited for a CPU, in seconds. A total.
    public static let cpuPressureSeconds = SampleMetric(name: "cpu_pressure_seconds")
    /// Time in which some task waited for memory, in seconds. A total.
    public static let memoryPressureSeconds = SampleMetric(name: "memory_pressure_seconds")
    /// Time in which some task waited for input or output, in seconds. A total.
    public static let ioPressureSeconds = SampleMetric(name: "io_pressure_seconds")
    /// CPU of all containers sampled, together: 100 is one core.
    public static let workloadCPUPercent = SampleMetric(name: "workload_cpu_percent")
    /// Memory of all containers sampled, together.
    public static let workloadMemoryUsedBytes = SampleMetric(name: "workload_memory_used_bytes")
    /// Containers that run: those sampled, or where none could be, as many as the engine says.
    public static let containersRunning = SampleMetric(name: "containers_running")

    // MARK: Of this process

    /// Virtual memory.
    public static let virtualMemoryBytes = SampleMetric(name: "virtual_memory_bytes")
    /// File descriptors that are open.
    public static let openDescriptors = SampleMetric(name: "open_descriptors")
    /// The soft limit of open file descriptors.
    public static let maxDescriptors = SampleMetric(name: "max_descriptors")
    /// Threads.
    public static let threads = SampleMetric(name: "threads")
    /// When it started, in seconds since the Unix epoch.
    public static let startTimeSeconds = SampleMetric(name: "start_time_seconds")

    // MARK: Which there are

    /// All of them, each once.
    private static let all = Set(SampleSubject.Kind.all.flatMap(metrics))

    /// The metrics of a subject of this kind, in the order of storage.
    package static func metrics(of kind: SampleSubject.Kind) -> [SampleMetric] {
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
