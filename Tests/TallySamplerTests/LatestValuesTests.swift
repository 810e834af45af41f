import Tally
import TallyTesting
import Testing

@testable import TallySampler

@Suite(.timeLimit(.minutes(5)))
struct LatestValuesTests {
    private let registry = MetricRegistry(prefix: "app_")
    private var latest: LatestValues

    init() throws {
        latest = try LatestValues(in: registry)
    }

    private func value(_ name: String, _ number: Int = 1) throws -> Double? {
        try registry.value(of: name, labels: ["id": "id\(number)", "name": "c\(number)"])
    }

    @Test mutating func containersUseStandardMetricNames() throws {
        let all: [(SampleMetric, String)] = [
            (.cpuSeconds, "container_cpu_usage_seconds_total"),
            (.memoryUsedBytes, "container_memory_working_set_bytes"),
            (.memoryLimitBytes, "container_spec_memory_limit_bytes"),
            (.networkReceivedBytes, "container_network_receive_bytes_total"),
            (.networkSentBytes, "container_network_transmit_bytes_total"),
            (.blockReadBytes, "container_fs_reads_bytes_total"),
            (.blockWrittenBytes, "container_fs_writes_bytes_total"),
            (.processes, "container_threads"),
        ]
        var values: [SampleMetric: Double] = [:]
        for (index, (metric, _)) in all.enumerated() { values[metric] = Double(index + 1) }
        latest.show([.container(1, values)], isWhole: true)
        for (index, (_, name)) in all.enumerated() { #expect(try value(name) == Double(index + 1), "\(name)") }
        #expect(try registry.lint().isEmpty)
    }

    @Test mutating func theHostUsesStandardMetricNames() throws {
        let host = Sample(
            subject: .host,
            values: [
                .load1: 0.5, .memoryTotalBytes: 1000, .memoryUsedBytes: 400, .swapTotalBytes: 10, .swapUsedBytes: 4,
                .diskTotalBytes: 100, .diskUsedBytes: 70, .networkReceivedBytes: 5, .cpuPressureSeconds: 2.5,
                .cpuSeconds: 9,
            ]
        )
        latest.show([host], isWhole: true)
        let expected = [
            ("node_load1", 0.5), ("node_memory_MemTotal_bytes", 1000), ("node_memory_MemAvailable_bytes", 600),
            ("node_memory_SwapFree_bytes", 6), ("node_filesystem_free_bytes", 30),
            ("node_network_receive_bytes_total", 5), ("node_pressure_cpu_waiting_seconds_total", 2.5),
            ("tally_host_cpu_seconds_total", 9),
        ]
        for (name, value) in expected { #expect(try registry.value(of: name) == value, "\(name)") }
        #expect(try registry.value(of: "node_load5") == nil, "an unavailable value is absent, not zero")
        latest.show([Sample(subject: .host, values: [.load5: 1])], isWhole: true)
        #expect(try registry.value(of: "node_load1") == nil)
        #expect(try registry.value(of: "node_load5") == 1)
        latest.show([], isWhole: false)
        #expect(try registry.value(of: "node_load5") == nil, "a stale load would pass for the current one")
        latest.show([Sample(subject: .host, values: [.load5: 2])], isWhole: true)
        #expect(try registry.value(of: "node_load5") == 2)
        latest.hideAll()
        #expect(try registry.value(of: "node_load5") == nil)
    }

    @Test mutating func aRemovedContainerIsNotShown() throws {
        latest.show([.container(1), .container(2)], isWhole: true)
        latest.show([.container(2)], isWhole: true)
        #expect(try value("container_memory_working_set_bytes", 1) == nil)
        #expect(try value("container_memory_working_set_bytes", 2) == 100)
    }

    @Test mutating func aSilentContainerIsHiddenAfterSeveralTicks() throws {
        latest.show([.container(1)], isWhole: true)
        for _ in 1..<LatestValues.patience {
            latest.show([], isWhole: false)
            #expect(try value("container_memory_working_set_bytes") == 100)
        }
        latest.show([], isWhole: false)
        #expect(try value("container_memory_working_set_bytes") == nil)
    }

    /// Missed ticks are counted from the container's last sample.
    @Test mutating func anOccasionallySilentContainerStaysShown() throws {
        for _ in 0..<3 {
            latest.show([.container(1)], isWhole: true)
            for _ in 1..<LatestValues.patience { latest.show([], isWhole: false) }
            #expect(try value("container_memory_working_set_bytes") == 100)
        }
    }

    /// A late answer is slightly lower. A restart resets all counters of a container.
    @Test mutating func countersDecreaseOnlyWhenTheContainerRestarts() throws {
        func show(_ cpu: Double, _ received: Double) {
            latest.show([.container(1, [.cpuSeconds: cpu, .networkReceivedBytes: received])], isWhole: true)
        }
        show(100, 5000)
        show(99.5, 4990)
        #expect(try value("container_cpu_usage_seconds_total") == 100)
        #expect(try value("container_network_receive_bytes_total") == 5000)
        show(101, 5001)
        #expect(try value("container_cpu_usage_seconds_total") == 101)
        show(0.5, 4000)
        #expect(try value("container_cpu_usage_seconds_total") == 0.5)
        #expect(try value("container_network_receive_bytes_total") == 4000)
    }

    /// A large decrease of one counter indicates a restart, which resets the other counters too.
    @Test mutating func aRestartResetsEveryCounter() throws {
        func show(_ cpu: Double, _ received: Double) {
            latest.show([.container(1, [.cpuSeconds: cpu, .networkReceivedBytes: received])], isWhole: true)
        }
        show(100, 5000)
        show(1, 4990)
        #expect(try value("container_network_receive_bytes_total") == 4990)
    }

    @Test mutating func shownContainersKeepTheirPlacesAtTheLimit() throws {
        for _ in 0..<3 {
            #expect(latest.show((0..<510).map { .container($0) }, isWhole: true) == 10)
            #expect(try registry.samples(of: "container_memory_working_set_bytes").count == LatestValues.maxSubjects)
        }
        #expect(try value("container_memory_working_set_bytes", 0) == 100)
    }

    @Test mutating func theNumberOfShownContainersIsBounded() throws {
        latest.show((0..<2_000).map { .container($0) }, isWhole: true)
        #expect(try registry.samples(of: "container_memory_working_set_bytes").count == LatestValues.maxSubjects)
        #expect(try registry.value(of: "tally_family_overflow_total") == nil)
        // Containers that leave make room for others.
        latest.show((1_500..<2_000).map { .container($0) }, isWhole: true)
        latest.show((1_500..<2_000).map { .container($0) }, isWhole: true)
        #expect(try value("container_memory_working_set_bytes", 1_999) == 100)
        #expect(try registry.samples(of: "container_memory_working_set_bytes").count == LatestValues.maxSubjects)
    }

    @Test mutating func hiddenContainersDoNotCountTowardsTheLimit() throws {
        #expect(latest.show((0..<LatestValues.maxSubjects).map { .container($0) }, isWhole: true) == 0)
        latest.hideAll()
        #expect(try registry.samples(of: "container_memory_working_set_bytes").isEmpty)
        #expect(latest.show((500..<500 + LatestValues.maxSubjects).map { .container($0) }, isWhole: true) == 0)
    }

    @Test mutating func processMetricsRegisteredTwiceAreExposedOnce() throws {
        latest.show([Sample(subject: .process, values: [.cpuSeconds: 1])], isWhole: true)
        #expect(try #require(try registry.value(of: "process_resident_memory_bytes")) > 0)
        ProcessMetrics.register(in: registry)
        #expect(try registry.samples(of: "process_open_fds").count == 1)
    }
}
