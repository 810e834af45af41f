extension LatestValues {
    typealias HostFamily = (name: String, help: String, value: @Sendable (Sample) -> Double?)

    static let containerFamilies: [(name: String, help: String, metric: SampleMetric)] = [
        ("container_cpu_usage_seconds_total", "CPU time used.", .cpuSeconds),
        ("container_memory_working_set_bytes", "Memory in use, not reclaimable at once.", .memoryUsedBytes),
        ("container_spec_memory_limit_bytes", "Memory limit.", .memoryLimitBytes),
        ("container_network_receive_bytes_total", "Bytes received.", .networkReceivedBytes),
        ("container_network_transmit_bytes_total", "Bytes sent.", .networkSentBytes),
        ("container_fs_reads_bytes_total", "Bytes read from block devices.", .blockReadBytes),
        ("container_fs_writes_bytes_total", "Bytes written to block devices.", .blockWrittenBytes),
        ("container_threads", "Processes and threads.", .processes),
    ]

    /// node_exporter's names, without the labels of its collectors: a sample holds sums over CPUs, devices and modes.
    static let hostFamilies: [HostFamily] = [
        ("node_load1", "Load average over one minute.", { $0.stored(.load1) }),
        ("node_load5", "Load average over five minutes.", { $0.stored(.load5) }),
        ("node_load15", "Load average over fifteen minutes.", { $0.stored(.load15) }),
        ("node_memory_MemTotal_bytes", "Total memory.", { $0.stored(.memoryTotalBytes) }),
        (
            "node_memory_MemAvailable_bytes", "Available memory.",
            { $0.left(.memoryTotalBytes, .memoryUsedBytes) }
        ),
        ("node_memory_SwapTotal_bytes", "Total swap space.", { $0.stored(.swapTotalBytes) }),
        ("node_memory_SwapFree_bytes", "Free swap space.", { $0.left(.swapTotalBytes, .swapUsedBytes) }),
        ("node_filesystem_size_bytes", "Size of the watched file system.", { $0.stored(.diskTotalBytes) }),
        ("node_filesystem_free_bytes", "Free space on that file system.", { $0.left(.diskTotalBytes, .diskUsedBytes) }),
        ("node_network_receive_bytes_total", "Bytes received by all devices.", { $0.stored(.networkReceivedBytes) }),
        ("node_network_transmit_bytes_total", "Bytes sent by all devices.", { $0.stored(.networkSentBytes) }),
        (
            "node_pressure_cpu_waiting_seconds_total", "Time during which some task waited for a CPU.",
            { $0.stored(.cpuPressureSeconds) }
        ),
        (
            "node_pressure_memory_waiting_seconds_total", "Time during which some task waited for memory.",
            { $0.stored(.memoryPressureSeconds) }
        ),
        (
            "node_pressure_io_waiting_seconds_total", "Time during which some task waited for input or output.",
            { $0.stored(.ioPressureSeconds) }
        ),
        // Not under node_exporter's names, because it counts by CPU and mode.
        ("tally_host_cpu_seconds_total", "CPU time used on all CPUs.", { $0.stored(.cpuSeconds) }),
        ("tally_host_cpus", "CPUs online.", { $0.stored(.cpuCount) }),
        ("tally_host_containers_running", "Running containers.", { $0.stored(.containersRunning) }),
    ]
}

extension Sample {
    /// The difference of two values, at least zero.
    fileprivate func left(_ whole: SampleMetric, _ part: SampleMetric) -> Double? {
        guard let whole = stored(whole), let part = stored(part) else { return nil }
        return max(0, whole - part)
    }
}
