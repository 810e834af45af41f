import Foundation
import GRDB
import HostsTestSupport
import TallySampler
import Testing

@testable import container_dashboard

/// The dashboard survives locked, missing and corrupt files, and invalid requests.
@Suite(.timeLimit(.minutes(10)))
struct DashboardFailureTests {
    /// Holds a file under an exclusive lock.
    private static func withLock(on path: String, _ body: () async throws -> Void) async throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try await queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        try await body()
        try await queue.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
    }

    @Test func aLockedHostDatabaseKeepsTheLastSettings() async throws {
        try await DashboardBench.run("INSERT INTO setting VALUES ('interval', 20)") { bench in
            try await bench.tick(1, at: 3)
            try await Self.withLock(on: bench.database) {
                try await bench.tick(2, at: 23)
                try await bench.tick(3, at: 43)
                #expect(bench.reports.filter { $0 == .settingsFailing }.count == 1)
                #expect(try bench.value("tally_sampler_settings_up") == 0)
            }
            try await bench.tick(4, at: 63)
            #expect(bench.reports.last == .settingsRecovered)
            #expect(try bench.value("tally_sampler_settings_up") == 1)
        }
    }

    @Test func aMissingHostDatabaseStartsNothingThatWasSwitchedOff() async throws {
        try await DashboardBench.run("INSERT INTO setting VALUES ('interval', -1)") { bench in
            try await bench.reach(3)
            try await bench.waitForSleep(until: 63)
            let file = URL(filePath: bench.database)
            try FileManager.default.moveItem(at: file, to: file.appendingPathExtension("away"))
            try await bench.reach(63)
            try await bench.waitForSleep(until: 123)
            #expect(try bench.value("tally_sampler_ticks_total") == 0)
            #expect(bench.reports == [.settingsFailing])
            try FileManager.default.moveItem(at: file.appendingPathExtension("away"), to: file)
            try await bench.execute("DELETE FROM setting")
            try await bench.tick(1, at: 123)
        }
    }

    @Test func aHostDatabaseThatFailsCostsOnlyNewContainers() async throws {
        try await FakeDocker.run(1...2) { engine in
            let owner = "INSERT INTO owner VALUES ('c1', 'site', '1', '')"
            try await DashboardBench.run(engine: engine.socket, owner) { bench in
                try await bench.tick(1, at: 3)
                try await bench.execute("ALTER TABLE owner RENAME TO lost")
                try await bench.tick(2, at: 18)
                #expect(try await bench.rows("SELECT COUNT(*) FROM container_sample") == [2])
                #expect(try bench.value("tally_sampler_errors_total", ["source": "docker", "reason": "failed"]) == 1)
                #expect(bench.reports == [.targetsFailing])
            }
        }
    }

    @Test func samplesWaitForAHistoryFileThatIsLocked() async throws {
        try await DashboardBench.run { bench in
            try await bench.tick(1, at: 3)
            try await Self.withLock(on: bench.history) {
                try await bench.tick(2, at: 18)
                #expect(bench.reports.contains(.historyFailure))
            }
            try await bench.tick(3, at: 33)
            try await bench.tick(4, at: 48)
            #expect(try await bench.rows("SELECT COUNT(*) FROM host_sample") == [4])
            #expect(await bench.dashboard.sampler.historyStatus().backlog == 0)
        }
    }

    @Test func aHistoryThatCannotBeReadIsAnsweredAndCounted() async throws {
        try await DashboardBench.run { bench in
            try await bench.tick(1, at: 3)
            await bench.dashboard.sampler.stop()
            let answer = try await bench.get("/history.json")
            #expect(answer.status == 503)
            #expect(try answer.json["error"] as? String == "the history cannot be read now")
            #expect(try bench.value("dashboard_failed_requests_total", ["reason": "history"]) == 1)
            #expect(try await bench.get("/status", accept: "text/html").status == 200)
            #expect(try await bench.get("/status?plots", accept: "application/json").text == #"{"plots":null}"#)
            #expect(try await bench.get("/metrics").status == 200)
        }
    }

    @Test(arguments: [
        "minutes=0", "minutes=-1", "minutes=44641", "minutes=many", "every=0", "every=86401", "hours=2", "minutes", "=",
        "minutes=99999999999999999999", "%6dinutes=1",
    ])
    func aQueryThatMakesNoSenseIsAnsweredAndCounted(_ query: String) async throws {
        try await DashboardBench.run { bench in
            let answer = try await bench.get("/history.json?" + query)
            #expect(answer.status == 400)
            #expect(try answer.json["error"] != nil)
            #expect(try bench.value("dashboard_failed_requests_total", ["reason": "query"]) == 1)
        }
    }

    @Test(arguments: [["--port"], ["--port", "many"], ["--colour", "red"]])
    func mistakesInOptionsAreUsageErrors(_ arguments: [String]) async throws {
        let program = Program.built("container-dashboard")
        let outcome = try await onThread { try Program.run(program, arguments) }
        #expect(outcome.status == 64)
        #expect(outcome.errorText.contains("usage: container-dashboard"))
    }
}
