extension LatestValues {
    /// The maximum number of interfaces or devices of one container.
    static let maxParts = 16

    /// cAdvisor's names and labels. What cAdvisor does not have begins with `tally_`.
    static let containerFamilies: [ExposedFamily.Definition] = [
        .init("container_cpu_usage_seconds_total", "CPU time used.", .cpuSeconds),
        .init("container_cpu_cfs_periods_total", "Periods in which a CPU limit applied.", .throttlingPeriods),
        .init(
            "container_cpu_cfs_throttled_periods_total",
            "Periods in which a CPU limit stopped the container.",
            .throttledPeriods
        ),
        .init(
            "container_cpu_cfs_throttled_seconds_total",
            "Time for which a CPU limit stopped the container.",
            .cpuThrottledSeconds
        ),
        .init("container_memory_working_set_bytes", "Memory in use, not reclaimable at once.", .memoryUsedBytes),
        .init("container_memory_cache", "Bytes of cached file pages.", .memoryCacheBytes),
        .init("container_memory_rss", "Bytes of memory that belong to no file.", .memoryResidentBytes),
        .init("container_spec_memory_limit_bytes", "Memory limit.", .memoryLimitBytes),
        .init(
            "container_network_receive_bytes_total",
            "Bytes received.",
            by: ["interface"],
            atMost: maxParts,
            .networkReceived,
            total: .networkReceivedBytes
        ),
        .init(
            "container_network_transmit_bytes_total",
            "Bytes sent.",
            by: ["interface"],
            atMost: maxParts,
            .networkSent,
            total: .networkSentBytes
        ),
        .init(
            "container_fs_reads_bytes_total",
            "Bytes read from block devices.",
            by: ["device"],
            atMost: maxParts,
            .blockRead,
            total: .blockReadBytes
        ),
        .init(
            "container_fs_writes_bytes_total",
            "Bytes written to block devices.",
            by: ["device"],
            atMost: maxParts,
            .blockWritten,
            total: .blockWrittenBytes
        ),
        .init("container_threads", "Processes and threads.", .processes),
        .init("tally_container_state", "1 for the container's state.", by: ["state"], .state),
        .init("tally_container_health", "1 for the result of the health check.", by: ["health"], .health),
        .init("tally_container_restarts_total", "Restarts by the engine.", .restarts),
    ]

    /// The maximum number of network devices and of disks.
    static let maxDevices = 64
    /// The maximum number of CPUs with metrics of their own.
    static let maxCPUs = 256

    /// node_exporter's names and labels. What node_exporter does not have begins with `tally_`.
    static let hostFamilies: [ExposedFamily.Definition] = [
        .init("node_load1", "Load average over one minute.", .load1),
        .init("node_load5", "Load average over five minutes.", .load5),
        .init("node_load15", "Load average over fifteen minutes.", .load15),
        .init(
            "node_cpu_seconds_total",
            "Time that each CPU spent in each mode.",
            by: ["cpu", "mode"],
            atMost: maxCPUs * HostCPU.modes.count,
            .cpuSeconds
        ),
        .init("node_memory_MemTotal_bytes", "Total memory.", .memoryTotalBytes),
        .init("node_memory_MemAvailable_bytes", "Available memory.") { $0.left(.memoryTotalBytes, .memoryUsedBytes) },
        .init("node_memory_SwapTotal_bytes", "Total swap space.", .swapTotalBytes),
        .init("node_memory_SwapFree_bytes", "Free swap space.") { $0.left(.swapTotalBytes, .swapUsedBytes) },
        .init(
            "node_filesystem_size_bytes",
            "Size of the watched file system.",
            by: fileSystem,
            .fileSystemSize
        ),
        .init(
            "node_filesystem_free_bytes",
            "Free space on that file system.",
            by: fileSystem,
            .fileSystemFree
        ),
        .init(
            "node_filesystem_avail_bytes",
            "Free space on that file system for users other than the superuser.",
            by: fileSystem,
            .fileSystemAvailable
        ),
        .init(
            "node_network_receive_bytes_total",
            "Bytes received by a device.",
            by: ["device"],
            atMost: maxDevices,
            .networkReceived,
            total: .networkReceivedBytes
        ),
        .init(
            "node_network_transmit_bytes_total",
            "Bytes sent by a device.",
            by: ["device"],
            atMost: maxDevices,
            .networkSent,
            total: .networkSentBytes
        ),
        .init(
            "node_disk_read_bytes_total",
            "Bytes read from a disk.",
            by: ["device"],
            atMost: maxDevices,
            .blockRead,
            total: .blockReadBytes
        ),
        .init(
            "node_disk_written_bytes_total",
            "Bytes written to a disk.",
            by: ["device"],
            atMost: maxDevices,
            .blockWritten,
            total: .blockWrittenBytes
        ),
        .init(
            "node_pressure_cpu_waiting_seconds_total",
            "Time during which some task waited for a CPU.",
            .cpuPressureSeconds
        ),
        .init(
            "node_pressure_memory_waiting_seconds_total",
            "Time during which some task waited for memory.",
            .memoryPressureSeconds
        ),
        .init(
            "node_pressure_io_waiting_seconds_total",
            "Time during which some task waited for input or output.",
            .ioPressureSeconds
        ),
        .init("tally_host_cpus", "CPUs online.", .cpuCount),
    ]

    private static let fileSystem = ["device", "fstype", "mountpoint"]
}

extension Sample {
    /// The difference of two values, at least zero.
    fileprivate func left(_ whole: SampleMetric, _ part: SampleMetric) -> Double? {
        guard let whole = stored(whole), let part = stored(part) else { return nil }
        return max(0, whole - part)
    }
}
