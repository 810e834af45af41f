import Foundation
import Testing

@testable import Tally

struct ProcessMetricsTests {
    let registry = MetricRegistry(ownMetrics: false)

    #if os(Linux)
    @Test func theStandardNamesHaveWhatTheSystemSays() throws {
        ProcessMetrics.register(in: registry)
        let first = try registry.parsed()
        func value(_ name: String) throws -> Double { try #require(Double(first[name] ?? ""), "\(name)") }
        #expect(try value("process_cpu_seconds_total") > 0)
        #expect(first.types.first { $0.name == "process_cpu_seconds_total" }?.type == "counter")
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        // Other tests open and close some all the while.
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
        // A limit that is none is left out.
        var memory = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &memory)
        #expect((first["process_virtual_memory_max_bytes"] == nil) == (memory.rlim_cur == rlim_t.max))
    }
    #endif

    @Test func registeringTwiceIsAsGoodAsOnce() throws {
        let registry = try MetricRegistry(validatingPrefix: "app_", ownMetrics: false)
        ProcessMetrics.register(in: registry)
        ProcessMetrics.register(in: registry)
        #expect(try registry.parsed().samples(of: "swift_info").count == 1)
        #expect(registry.refreshers.withLock { $0.count } == 1)
    }

    @Test func aHostsOwnMetricOfTheNameIsAConflict() {
        _ = Counter("process_threads", help: "Mine.", in: registry)
        _ = Gauge("process_open_fds", help: "Mine.", in: registry)
        #expect(throws: RegistrationError.self) { try ProcessMetrics.register(validatingIn: registry) }
    }
}
