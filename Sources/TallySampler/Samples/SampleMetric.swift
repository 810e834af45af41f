/// A metric of a sample, with its unit in its name.
///
/// Totals increase from the subject's start, and the history stores them as they were read. All other metrics are
/// values at the time of the sample.
public struct SampleMetric: Hashable, Sendable, LosslessStringConvertible {
    /// The name, which is also the name of a column in the file: `[a-z0-9_]+`.
    public let description: String

    private init(name: String) {
        description = name
    }

    /// Creates the metric with this name, such as `cpu_percent`. Returns nil if there is none.
    public init?(_ description: String) {
        guard Self.all.contains(where: { $0.description == description }) else { return nil }
        self.init(name: description)
    }

    // MARK: Every subject

    /// CPU time used since the previous sample, as a percentage of one core.
    public static let cpuPercent = SampleMetric(name: "cpu_percent")
    /// CPU time used since the subject's start, in seconds. A total.
    public static let cpuSeconds = SampleMetric(name: "cpu_seconds")
    /// Memory in use, without pages that the kernel can reclaim at once. For a process, its resident set.
    public static let memoryUsedBytes = SampleMetric(name: "memory_used_bytes")

    // MARK: Containers, control groups and the host

    /// File pages in the page cache. Some can be reclaimed at once, and are not in ``memoryUsedBytes``.
    public static let memoryCacheBytes = SampleMetric(name: "memory_cache_bytes")
    /// Memory that belongs to no file, such as heaps and stacks.
    public static let memoryResidentBytes = SampleMetric(name: "memory_resident_bytes")
    /// Time for which a CPU limit stopped the subject, in seconds. A total.
    public static let cpuThrottledSeconds = SampleMetric(name: "cpu_throttled_seconds")
    /// The memory limit of the subject. Absent if only the host's memory limits it.
    public static let memoryLimitBytes = SampleMetric(name: "memory_limit_bytes")
    /// Bytes received from networks. A total.
    public static let networkReceivedBytes = SampleMetric(name: "network_received_bytes")
    /// Bytes sent to networks. A total.
    public static let networkSentBytes = SampleMetric(name: "network_sent_bytes")
    /// Bytes read from block devices. A total.
    public static let blockReadBytes = SampleMetric(name: "block_read_bytes")
    /// Bytes written to block devices. A total.
    public static let blockWrittenBytes = SampleMetric(name: "block_written_bytes")
    /// The number of processes and threads, as counted by the engine or the kernel.
    public static let processes = SampleMetric(name: "processes")

    // MARK: The host

    /// The number of CPUs online.
    public static let cpuCount = SampleMetric(name: "cpu_count")
    /// Total memory.
    public static let memoryTotalBytes = SampleMetric(name: "memory_total_bytes")
    /// Total swap space.
    public static let swapTotalBytes = SampleMetric(name: "swap_total_bytes")
    /// Swap space in use.
    public static let swapUsedBytes = SampleMetric(name: "swap_used_bytes")
    /// Load average over one minute.
    public static let load1 = SampleMetric(name: "load1")
    /// Load average over five minutes.
    public static let load5 = SampleMetric(name: "load5")
    /// Load average over fifteen minutes.
    public static let load15 = SampleMetric(name: "load15")
    /// The size of the watched file system.
    public static let diskTotalBytes = SampleMetric(name: "disk_total_bytes")
    /// The used space of the watched file system.
    public static let diskUsedBytes = SampleMetric(name: "disk_used_bytes")
    /// The free space of the watched file system for users other than the superuser.
    public static let diskAvailableBytes = SampleMetric(name: "disk_available_bytes")
    /// Time during which some task waited for a CPU, in seconds. A total.
    public static let cpuPressureSeconds = SampleMetric(name: "cpu_pressure_seconds")
    /// Time during which some task waited for memory, in seconds. A total.
    public static let memoryPressureSeconds = SampleMetric(name: "memory_pressure_seconds")
    /// Time during which some task waited for I/O, in seconds. A total.
    public static let ioPressureSeconds = SampleMetric(name: "io_pressure_seconds")
    /// The CPU use of all containers together, as a percentage of one core. Absent unless that of each is known.
    public static let workloadCPUPercent = SampleMetric(name: "workload_cpu_percent")
    /// The memory use of all containers together. Absent unless that of each is known.
    public static let workloadMemoryUsedBytes = SampleMetric(name: "workload_memory_used_bytes")
    /// The number of running containers, as the engines count them. Without an engine, that of containers' control
    /// groups.
    public static let containersRunning = SampleMetric(name: "containers_running")

    // MARK: This process

    /// The virtual memory size.
    public static let virtualMemoryBytes = SampleMetric(name: "virtual_memory_bytes")
    /// The number of open file descriptors.
    public static let openDescriptors = SampleMetric(name: "open_descriptors")
    /// The soft limit on open file descriptors.
    public static let maxDescriptors = SampleMetric(name: "max_descriptors")
    /// The number of threads.
    public static let threads = SampleMetric(name: "threads")
    /// The start time of the process, in seconds since the Unix epoch.
    public static let startTimeSeconds = SampleMetric(name: "start_time_seconds")

    // MARK: All metrics

    private static let all = Set([SampleSubject.Kind.host, .process, .container].flatMap(metrics))

    /// The metrics of a kind of subject, in storage order.
    package static func metrics(of kind: SampleSubject.Kind) -> [SampleMetric] {
        switch kind {
        case .host:
            [
                .cpuCount, .cpuPercent, .cpuSeconds, .memoryTotalBytes, .memoryUsedBytes, .swapTotalBytes,
                .swapUsedBytes,
                .load1, .load5, .load15, .networkReceivedBytes, .networkSentBytes, .blockReadBytes, .blockWrittenBytes,
                .diskTotalBytes, .diskUsedBytes, .diskAvailableBytes, .cpuPressureSeconds, .memoryPressureSeconds,
                .ioPressureSeconds, .workloadCPUPercent, .workloadMemoryUsedBytes, .containersRunning,
            ]
        case .process:
            [
                .cpuPercent, .cpuSeconds, .memoryUsedBytes, .virtualMemoryBytes, .openDescriptors, .maxDescriptors,
                .threads, .startTimeSeconds,
            ]
        default:
            [
                .cpuPercent, .cpuSeconds, .memoryUsedBytes, .memoryLimitBytes, .networkReceivedBytes, .networkSentBytes,
                .blockReadBytes, .blockWrittenBytes, .processes, .memoryCacheBytes, .memoryResidentBytes,
                .cpuThrottledSeconds,
            ]
        }
    }
}
