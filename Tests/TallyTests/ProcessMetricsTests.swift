import Foundation
import Testing

@testable import Tally

struct ProcessMetricsTests {
    /// The metrics that every Linux system has.
    private enum Standard {
        static let names = [
            "process_cpu_seconds_total", "process_max_fds", "process_open_fds", "process_resident_memory_bytes",
            "process_start_time_seconds", "process_threads", "process_virtual_memory_bytes", "swift_info",
        ]
    }

    let registry = MetricRegistry(ownMetrics: false)

    #if os(Linux)
    @Test func standardMetricsHaveTheValuesOfTheSystem() throws {
        ProcessMetrics.register(in: registry)
        let first = try registry.parsed()
        func value(_ name: String) throws -> Double { try #require(Double(first[name] ?? ""), "\(name)") }
        #expect(try value("process_cpu_seconds_total") > 0)
        #expect(first.types.first { $0.name == "process_cpu_seconds_total" }?.type == "counter")
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        // Other tests open and close descriptors at the same time.
        let found = try value("process_open_fds")
        #expect(abs(found - Double(descriptors)) < 100)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #expect(try value("process_max_fds") == Double(limit.rlim_cur))
        #expect(try value("process_resident_memory_bytes") > 1_000_000)
        let resident = try value("process_resident_memory_bytes")
        #expect(try value("process_virtual_memory_bytes") > resident)
        #expect(try value("process_threads") >= 1)
        let now = Date().timeIntervalSince1970
        #expect((now - 86_400...now).contains(try value("process_start_time_seconds")))
        #expect(first.samples(of: "swift_info").first?.labels.map(\.name) == ["version", "build"])
        // An unlimited value is left out.
        var memory = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &memory)
        #expect((first["process_virtual_memory_max_bytes"] == nil) == (memory.rlim_cur == rlim_t.max))
    }
    #endif

    @Test func registeringTwiceHasNoFurtherEffect() throws {
        let registry = try MetricRegistry(validatingPrefix: "app_", ownMetrics: false)
        ProcessMetrics.register(in: registry)
        ProcessMetrics.register(in: registry)
        #expect(try registry.parsed().samples(of: "swift_info").count == 1)
        #expect(registry.refreshers.withLock { $0.count } == 1)
    }

    private func names() throws -> [String] {
        try registry.parsed().types.map(\.name).filter { $0 != "process_virtual_memory_max_bytes" }
    }

    #if os(Linux)
    @Test(arguments: Standard.names.map { [$0] } + [["process_threads", "swift_info"], Standard.names])
    func unregisteredMetricsReturnOnRegistration(_ gone: [String]) throws {
        ProcessMetrics.register(in: registry)
        #expect(try names() == Standard.names)
        for _ in 0..<2 {
            for name in gone { #expect(registry.unregister(name)) }
            #expect(try names() == Standard.names.filter { !gone.contains($0) })
            ProcessMetrics.register(in: registry)
            #expect(try names() == Standard.names)
        }
        #expect(registry.refreshers.withLock { $0.count } == 1, "one refresher, so one run per scrape")
    }

    @Test func processMetricsDoNotRetainTheRegistry() {
        weak var kept: MetricRegistry?
        do {
            let registry = MetricRegistry()
            ProcessMetrics.register(in: registry)
            _ = registry.exposition()
            kept = registry
        }
        #expect(kept == nil)
    }

    @Test func theStartTimeIsSharedByAllReaders() {
        let start = ProcessFacts.current().startSeconds
        #expect(start != nil)
        #expect(start == ProcessStart.own.seconds(boot: { 7 }, sinceBoot: 1), "the start time that is already known")
    }
    #endif

    /// Setting the system clock changes the boot time that the kernel reports.
    @Test func theStartTimeIsReadOnce() {
        let start = ProcessStart()
        #expect(start.seconds(boot: { nil }, sinceBoot: 5) == nil)
        #expect(start.seconds(boot: { 1_000 }, sinceBoot: nil) == nil)
        #expect(start.seconds(boot: { 1_000 }, sinceBoot: 5) == 1_005)
        #expect(start.seconds(boot: { 1_030 }, sinceBoot: 5) == 1_005)
        #expect(start.seconds(boot: { nil }, sinceBoot: nil) == 1_005)
    }

    @Test func aHostMetricOfTheSameNameConflicts() {
        _ = Counter("process_threads", help: "Mine.", in: registry)
        _ = Gauge("process_open_fds", help: "Mine.", in: registry)
        #expect(throws: RegistrationError.self) { try ProcessMetrics.register(validatingIn: registry) }
    }
}
