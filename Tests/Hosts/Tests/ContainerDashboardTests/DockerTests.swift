import HostsTestSupport
import TallySampler
import Testing

@testable import container_dashboard

/// The dashboard beside `docker stats`.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct DockerTests {
    @Test(
        .enabled(
            if: DockerEngine.isInstalled || Program.isRequired,
            "needs docker.io and busybox-static, and the superuser"
        )
    )
    func theFiguresAreThoseOfDocker() async throws {
        let engine = try await DockerEngine()
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await compare(engine))
        } catch {
            outcome = .failure(error)
        }
        try await engine.stop()
        try outcome.get()
    }

    private func compare(_ engine: DockerEngine) async throws {
        try await engine.run("spin", ["--cpus", "0.5", "--memory", "64m"], "while :; do :; done")
        try await engine.run("idle", [], "exec sleep 1000000")
        let owners = "INSERT INTO owner VALUES ('spin', 'instance', '42', 'spin'), ('idle', 'site', '7', 'idle')"
        try await DashboardBench.run(engine: engine.socket, owners) { bench in
            let (spin, idle) = (SampleSubject(kind: "instance", id: "42"), SampleSubject(kind: "site", id: "7"))
            try await bench.tick(1, at: 3)
            var rows: [(theirs: Double, ours: Double)] = []
            func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
            func deviation() -> Double { abs(mean(rows.map(\.ours)) - mean(rows.map(\.theirs))) }
            // The engine measures a second within our longer interval. On a shared machine the two differ with the
            // available CPU time, which averages out; an error of a formula does not.
            while rows.count < 5 || (rows.count < 60 && deviation() >= 3) {
                let theirs = try await engine.stats(of: "spin")
                try await bench.tick(rows.count + 2, at: 18 + 15 * rows.count)
                let ours = try #require(try await bench.newest(.cpuPercent, of: spin))
                let memory = try #require(try await bench.newest(.memoryUsedBytes, of: spin))
                rows.append((theirs.cpu, ours))
                print("docker stats: \(theirs.cpu) %, \(theirs.memory) B; dashboard: \(ours) %, \(memory) B")
                #expect(abs(memory - theirs.memory) < 1_048_576)
                let idleCPU = try #require(try await bench.newest(.cpuPercent, of: idle))
                let sum = try #require(try await bench.newest(.workloadCPUPercent))
                #expect(abs(sum - ours - idleCPU) < 0.001)
                #expect(try await bench.newest(.containersRunning) == 2)
            }
            #expect(deviation() < 3)
            #expect(try await bench.newest(.memoryLimitBytes, of: spin) == 67_108_864)
            #expect(bench.reports.isEmpty)

            // The daemon ends: one message, and the machine's samples continue.
            let samples = try await bench.rows("SELECT COUNT(*) FROM container_sample")
            try await engine.stop()
            let first = rows.count + 2
            for number in first..<first + 3 { try await bench.tick(number, at: 3 + 15 * (number - 1)) }
            #expect(bench.reports == [.sourceDown])
            #expect(try await bench.rows("SELECT COUNT(*) FROM container_sample") == samples)
            #expect(try await bench.rows("SELECT COUNT(*) FROM host_sample") == [Int64(first + 2)])
        }
    }
}
