import HostsTestSupport
import TallySampler
import Testing

@testable import container_dashboard

/// Interval, retention and settings, in simulated time, on real files.
@Suite(.timeLimit(.minutes(10)))
struct SamplingRulesTests {
    @Test func withoutSettingsTheIntervalIs15SecondsAndTheRetentionTwoHours() async throws {
        try await DashboardBench.run { bench in
            for (number, time) in [3, 18, 33, 48].enumerated() { try await bench.tick(number + 1, at: time) }
            try await bench.waitForSleep(until: 63)
            #expect(try await HostDatabase(path: bench.database).settings() == SamplingSettings())
            #expect(SamplingSettings().interval == .seconds(15))
            #expect(SamplingSettings().retention == .seconds(7200))
        }
    }

    @Test(arguments: [(1, 5), (4, 5), (5, 5), (300, 300), (301, 300), (1_000_000_000_000, 300)])
    func theIntervalIsClamped(_ wanted: Int, _ used: Int) async throws {
        try await DashboardBench.run("INSERT INTO setting VALUES ('interval', \(wanted))") { bench in
            try await bench.tick(1, at: 3)
            try await bench.tick(2, at: 3 + used)
            try await bench.waitForSleep(until: 3 + 2 * used)
        }
    }

    @Test(arguments: ["interval", "retention"], [0, -1])
    func zeroAndNegativeSwitchOffAndTheSettingsArePolledEachMinute(_ name: String, _ seconds: Int) async throws {
        try await DashboardBench.run("INSERT INTO setting VALUES ('\(name)', \(seconds))") { bench in
            for minute in 0..<3 { try await bench.reach(3 + 60 * minute) }
            try await bench.waitForSleep(until: 183)
            #expect(try bench.value("tally_sampler_ticks_total") == 0)
            #expect(try await bench.series().isEmpty)
            try await bench.execute("DELETE FROM setting")
            try await bench.tick(1, at: 183)
            try await bench.tick(2, at: 198)
            #expect(try await bench.rows("SELECT COUNT(*) FROM host_sample") == [2])
        }
    }

    @Test func theSettingsAreReadAtEveryTick() async throws {
        try await DashboardBench.run { bench in
            try await bench.tick(1, at: 3)
            try await bench.waitForSleep(until: 18)
            try await bench.execute("INSERT INTO setting VALUES ('interval', 20)")
            try await bench.tick(2, at: 18)
            try await bench.tick(3, at: 38)
            try await bench.execute("UPDATE setting SET seconds = 7")
            try await bench.tick(4, at: 58)
            try await bench.tick(5, at: 65)
            try await bench.execute("UPDATE setting SET seconds = -7")
            try await bench.reach(72)
            try await bench.waitForSleep(until: 132)
            #expect(try bench.value("tally_sampler_ticks_total") == 5)
        }
    }

    @Test(arguments: [(7200, 1), (1800, 0)])
    func samplesArePrunedAfterTheRetention(_ retention: Int, _ left: Int64) async throws {
        let folder = try TemporaryFolder()
        try await DashboardBench.run(in: folder) { bench in try await bench.tick(1, at: 3) }
        try await DashboardBench.run(in: folder, "INSERT INTO setting VALUES ('retention', \(retention))") { bench in
            // One an hour old, and one of three hours.
            try await bench.change(
                """
                INSERT INTO host_sample (ts, series, cpu_percent)
                SELECT ts - age, series, -1 FROM host_sample, (SELECT 3600 AS age UNION SELECT 10800)
                """
            )
            let old = "SELECT COUNT(*) FROM host_sample WHERE cpu_percent = -1"
            #expect(try await bench.rows(old) == [2])
            for tick in 0..<3 { try await bench.tick(tick + 1, at: 3 + 15 * tick) }
            #expect(try await bench.rows(old) == [left])
            #expect(try await bench.rows("SELECT COUNT(*) FROM host_sample") == [4 + left])
        }
    }
}
