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

    private func value(_ name: String, _ number: Int = 1, _ more: [String: String] = [:]) throws -> Double? {
        let labels = ["id": "id\(number)", "name": "c\(number)", "image": ""]
        return try registry.value(of: name, labels: labels.merging(more) { own, _ in own })
    }

    @Test mutating func containersHaveCAdvisorsNamesAndLabels() throws {
        let plain: [(SampleMetric, String)] = [
            (.cpuSeconds, "container_cpu_usage_seconds_total"),
            (.cpuThrottledSeconds, "container_cpu_cfs_throttled_seconds_total"),
            (.memoryUsedBytes, "container_memory_working_set_bytes"),
            (.memoryCacheBytes, "container_memory_cache"),
            (.memoryResidentBytes, "container_memory_rss"),
            (.memoryLimitBytes, "container_spec_memory_limit_bytes"),
            (.processes, "container_threads"),
        ]
        let details: [(SampleDetail.Metric, String, label: String?)] = [
            (.networkReceived, "container_network_receive_bytes_total", "interface"),
            (.networkSent, "container_network_transmit_bytes_total", "interface"),
            (.blockRead, "container_fs_reads_bytes_total", "device"),
            (.blockWritten, "container_fs_writes_bytes_total", "device"),
            (.throttlingPeriods, "container_cpu_cfs_periods_total", nil),
            (.throttledPeriods, "container_cpu_cfs_throttled_periods_total", nil),
            (.state, "tally_container_state", "state"), (.health, "tally_container_health", "health"),
            (.restarts, "tally_container_restarts_total", nil),
        ]
        var sample = Sample(subject: .container("shop/web"), containerID: "id1")
        sample.origin = SampleOrigin(id: "/docker/id1", name: "shop-web-1", image: "nginx:1.27")
        for (index, (metric, _)) in plain.enumerated() { sample.values[metric] = Double(index + 1) }
        sample.details = details.enumerated().map { index, row in
            SampleDetail(row.0, row.label.map { _ in ["part"] } ?? [], Double(index + 10))
        }
        latest.show([sample])
        let labels = ["id": "/docker/id1", "name": "shop-web-1", "image": "nginx:1.27"]
        for (index, (_, name)) in plain.enumerated() {
            #expect(try registry.value(of: name, labels: labels) == Double(index + 1), "\(name)")
        }
        for (index, (_, name, label)) in details.enumerated() {
            var labels = labels
            if let label { labels[label] = "part" }
            #expect(try registry.value(of: name, labels: labels) == Double(index + 10), "\(name)")
        }
        #expect(try registry.lint().isEmpty)
    }

    @Test mutating func aControlGroupHasItsPathAndNoNames() throws {
        var sample = Sample.group("system.slice/cron.service", nil)
        sample.origin = SampleOrigin(id: "/system.slice/cron.service")
        latest.show([sample])
        let labels = ["id": "/system.slice/cron.service", "name": "", "image": ""]
        #expect(try registry.value(of: "container_memory_working_set_bytes", labels: labels) == 100)
    }

    /// A subject of your own source has totals without parts.
    @Test mutating func totalsWithoutPartsAreExposed() throws {
        latest.show([.container(1, [.networkReceivedBytes: 7])])
        #expect(try value("container_network_receive_bytes_total", 1, ["interface": ""]) == 7)
        var sample = Sample.container(1, [.networkReceivedBytes: 7])
        sample.details = (0..<40).map { SampleDetail(.networkReceived, ["eth\($0)"], 1) }
        latest.show([sample])
        #expect(try value("container_network_receive_bytes_total", 1, ["interface": ""]) == nil)
        let shown = try registry.samples(of: "container_network_receive_bytes_total")
        #expect(shown.count == LatestValues.maxParts)
    }

    @Test mutating func theHostHasNodeExportersNamesAndLabels() throws {
        var host = Sample(
            subject: .host,
            values: [
                .load1: 0.5, .memoryTotalBytes: 1000, .memoryUsedBytes: 400, .swapTotalBytes: 10, .swapUsedBytes: 4,
                .diskTotalBytes: 100, .diskUsedBytes: 70, .networkReceivedBytes: 5, .cpuPressureSeconds: 2.5,
                .cpuSeconds: 9, .cpuCount: 2,
            ]
        )
        let fileSystem = ["/dev/vda1", "ext4", "/"]
        host.details = [
            SampleDetail(.cpuSeconds, ["0", "idle"], 8), SampleDetail(.networkReceived, ["eth0"], 5),
            SampleDetail(.networkSent, ["eth0"], 6), SampleDetail(.blockRead, ["vda"], 7),
            SampleDetail(.blockWritten, ["vda"], 8), SampleDetail(.fileSystemSize, fileSystem, 100),
            SampleDetail(.fileSystemFree, fileSystem, 30), SampleDetail(.fileSystemAvailable, fileSystem, 25),
        ]
        latest.show([host])
        let mount = ["device": "/dev/vda1", "fstype": "ext4", "mountpoint": "/"]
        let expected: [(String, [String: String], Double)] = [
            ("node_load1", [:], 0.5), ("node_memory_MemTotal_bytes", [:], 1000),
            ("node_memory_MemAvailable_bytes", [:], 600), ("node_memory_SwapFree_bytes", [:], 6),
            ("node_filesystem_size_bytes", mount, 100), ("node_filesystem_free_bytes", mount, 30),
            ("node_filesystem_avail_bytes", mount, 25), ("node_cpu_seconds_total", ["cpu": "0", "mode": "idle"], 8),
            ("node_network_receive_bytes_total", ["device": "eth0"], 5),
            ("node_network_transmit_bytes_total", ["device": "eth0"], 6),
            ("node_disk_read_bytes_total", ["device": "vda"], 7),
            ("node_disk_written_bytes_total", ["device": "vda"], 8),
            ("node_pressure_cpu_waiting_seconds_total", [:], 2.5), ("tally_host_cpus", [:], 2),
        ]
        for (name, labels, value) in expected {
            #expect(try registry.value(of: name, labels: labels) == value, "\(name)")
        }
        #expect(try registry.lint().isEmpty, "standard names are exempt")
        #expect(try registry.value(of: "node_load5") == nil, "an unavailable value is absent, not zero")
        latest.show([Sample(subject: .host, values: [.load5: 1])])
        #expect(try registry.value(of: "node_load1") == nil)
        #expect(try registry.value(of: "node_load5") == 1)
        latest.show([], isWhole: false)
        #expect(try registry.value(of: "node_load5") == nil, "a stale load would pass for the current one")
        latest.show([Sample(subject: .host, values: [.load5: 2])])
        #expect(try registry.value(of: "node_load5") == 2)
        latest.hideAll()
        #expect(try registry.value(of: "node_load5") == nil)
    }

    @Test mutating func aRemovedContainerIsNotShown() throws {
        latest.show([.container(1), .container(2)])
        latest.show([.container(2)])
        #expect(try value("container_memory_working_set_bytes", 1) == nil)
        #expect(try value("container_memory_working_set_bytes", 2) == 100)
    }

    @Test mutating func aSilentContainerIsHiddenAfterSeveralTicks() throws {
        latest.show([.container(1)])
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
            latest.show([.container(1)])
            for _ in 1..<LatestValues.patience { latest.show([], isWhole: false) }
            #expect(try value("container_memory_working_set_bytes") == 100)
        }
    }

    /// A slightly lower answer is late or less precise. The growth after it is not hidden.
    @Test mutating func countersDecreaseOnlyWhenTheContainerRestarts() throws {
        func show(_ cpu: Double) { latest.show([.container(1, [.cpuSeconds: cpu])]) }
        var shown: [Double?] = []
        for cpu in [100, 99.5, 101, 0.5, 0.75] {
            show(cpu)
            shown.append(try value("container_cpu_usage_seconds_total"))
        }
        #expect(shown == [100, 100, 101.5, 0.5, 0.75])
    }

    /// An interface that leaves or restarts affects only its own counter.
    @Test mutating func eachPartHasACounterOfItsOwn() throws {
        func show(_ parts: [String: Double]) {
            var sample = Sample.container(1, [.cpuSeconds: 1])
            sample.details = parts.map { SampleDetail(.networkReceived, [$0.key], $0.value) }
            latest.show([sample])
        }
        func received(_ name: String) throws -> Double? {
            try value("container_network_receive_bytes_total", 1, ["interface": name])
        }
        show(["eth0": 1000, "eth1": 500])
        show(["eth0": 1100, "eth1": 5])
        #expect(try received("eth0") == 1100)
        #expect(try received("eth1") == 5)
        show(["eth0": 1200])
        #expect(try received("eth0") == 1200)
        #expect(try received("eth1") == nil)
    }

    @Test mutating func canonicallyEquivalentPartsHaveCountersOfTheirOwn() throws {
        // So close that, in one counter, the smaller value would pass for a late answer of the larger.
        for (one, other) in [(1000.0, 990.0), (1002, 991)] {
            var sample = Sample.container(1, [.cpuSeconds: 1])
            sample.details = [("é", one), ("e\u{301}", other)].map { SampleDetail(.networkReceived, [$0.0], $0.1) }
            latest.show([sample])
        }
        let samples = try registry.samples(of: "container_network_receive_bytes_total")
        #expect(samples.map(\.value).sorted() == [991, 1002])
    }

    /// A restart of the container, which its CPU time shows, resets the other counters too.
    @Test mutating func aRestartResetsEveryCounter() throws {
        func show(_ cpu: Double, _ received: Double) {
            latest.show([.container(1, [.cpuSeconds: cpu, .networkReceivedBytes: received])])
        }
        show(100, 5000)
        show(1, 4990)
        #expect(try value("container_network_receive_bytes_total", 1, ["interface": ""]) == 4990)
    }

    @Test mutating func shownContainersKeepTheirPlacesAtTheLimit() throws {
        for _ in 0..<3 {
            #expect(latest.show((0..<510).map { .container($0) }) == 10)
            #expect(try registry.samples(of: "container_memory_working_set_bytes").count == LatestValues.maxSubjects)
        }
        #expect(try value("container_memory_working_set_bytes", 0) == 100)
    }

    @Test mutating func theNumberOfShownContainersIsBounded() throws {
        latest.show((0..<2_000).map { .container($0) })
        #expect(try registry.samples(of: "container_memory_working_set_bytes").count == LatestValues.maxSubjects)
        #expect(try registry.value(of: "tally_family_overflow_total") == nil)
        // Containers that leave make room for others.
        latest.show((1_500..<2_000).map { .container($0) })
        latest.show((1_500..<2_000).map { .container($0) })
        #expect(try value("container_memory_working_set_bytes", 1_999) == 100)
        #expect(try registry.samples(of: "container_memory_working_set_bytes").count == LatestValues.maxSubjects)
    }

    @Test mutating func hiddenContainersDoNotCountTowardsTheLimit() throws {
        #expect(latest.show((0..<LatestValues.maxSubjects).map { .container($0) }) == 0)
        latest.hideAll()
        #expect(try registry.samples(of: "container_memory_working_set_bytes").isEmpty)
        #expect(latest.show((500..<500 + LatestValues.maxSubjects).map { .container($0) }) == 0)
    }

    @Test mutating func processMetricsRegisteredTwiceAreExposedOnce() throws {
        latest.show([Sample(subject: .process, values: [.cpuSeconds: 1])])
        #expect(try #require(try registry.value(of: "process_resident_memory_bytes")) > 0)
        ProcessMetrics.register(in: registry)
        #expect(try registry.samples(of: "process_open_fds").count == 1)
    }
}
