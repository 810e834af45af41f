import HostsTestSupport
import TallySampler
import Testing

@testable import container_dashboard

/// Containers and their owners, from an engine whose figures are known.
@Suite(.timeLimit(.minutes(10)))
struct ContainerRulesTests {
    private static let web = SampleSubject(kind: "instance", id: "42")
    private static let owners = """
        INSERT INTO owner VALUES ('c1', 'instance', '42', 'web'), ('c2', 'instance', '42', 'web'),
            ('c3', 'site', 'example.org', 'Example')
        """

    @Test func theOwnersOfContainersComeFromTheHostsTable() async throws {
        try await FakeDocker.run(1...4) { engine in
            try await DashboardBench.run(engine: engine.socket, Self.owners) { bench in
                for (number, time) in [3, 18, 33].enumerated() { try await bench.tick(number + 1, at: time) }
                let site = SampleSubject(kind: "site", id: "example.org")
                let series = try await bench.series()
                #expect(Set(series.map(\.subject)) == [.host, Self.web, site])
                #expect(series.first { $0.subject == site }?.subject.name == "Example")
                // An owner's containers are summed.
                #expect(try await bench.newest(.cpuPercent, of: Self.web) == 6)
                #expect(try await bench.newest(.memoryUsedBytes, of: Self.web) == 3 * 1_048_576)
                #expect(try await bench.newest(.cpuPercent, of: site) == 6)
                let page = try await bench.get("/status", accept: "text/html")
                #expect(page.text.hasPrefix("<!doctype html>"))
                let plots = try await bench.get("/status?plots=1&range=1h", accept: "application/json")
                #expect(plots.text.contains(#""title":"web: cpu_percent""#))
                #expect(plots.text.contains(#""title":"host: workload_cpu_percent""#))
            }
        }
    }

    @Test func aContainerIsSampledOnceTheTableHasItsOwner() async throws {
        try await FakeDocker.run(1...1) { engine in
            try await DashboardBench.run(engine: engine.socket) { bench in
                try await bench.tick(1, at: 3)
                #expect(try await Set(bench.series().map(\.subject)) == [.host])
                try await bench.execute(Self.owners)
                try await bench.tick(2, at: 18)
                #expect(try await bench.newest(.memoryUsedBytes, of: Self.web) == 1_048_576)
            }
        }
    }

    @Test func theTableRefusesOtherKindsOfOwners() async throws {
        try await DashboardBench.run { bench in
            await #expect(throws: (any Error).self) {
                try await bench.execute("INSERT INTO owner VALUES ('c1', 'host', '', '')")
            }
        }
    }

    @Test func theMachinesSampleHasTheTotalsOfTheWorkload() async throws {
        try await FakeDocker.run(1...4) { engine in
            try await DashboardBench.run(engine: engine.socket, Self.owners) { bench in
                for (number, time) in [3, 18, 33].enumerated() { try await bench.tick(number + 1, at: time) }
                // Of the three with an owner, and the number of all.
                #expect(try await bench.newest(.workloadCPUPercent) == 12)
                #expect(try await bench.newest(.workloadMemoryUsedBytes) == 6 * 1_048_576)
                #expect(try await bench.newest(.containersRunning) == 4)
                #expect(try await bench.newest(.diskTotalBytes) ?? 0 > 0)
                #expect(try await bench.newest(.diskUsedBytes) ?? 0 > 0)
                #expect(try await bench.newest(.memoryTotalBytes) ?? 0 > 0)
                #expect(try await bench.newest(.cpuCount) ?? 0 > 0)
            }
        }
    }

    @Test func aSystemRowIsWrittenAlsoWithoutContainers() async throws {
        try await DashboardBench.run { bench in
            try await bench.tick(1, at: 3)
            try await bench.tick(2, at: 18)
            #expect(try await bench.rows("SELECT COUNT(*) FROM host_sample WHERE disk_total_bytes > 0") == [2])
            #expect(try await bench.rows("SELECT COUNT(*) FROM container_sample") == [0])
        }
    }

    @Test func eightContainersAreReadAtOnce() async throws {
        // The first eight are held until all of them have come.
        try await FakeDocker.run(1...20, holdingFirst: 8) { engine in
            let values = (1...20).map { "('c\($0)', 'site', '\($0)', '')" }.joined(separator: ",")
            try await DashboardBench.run(engine: engine.socket, "INSERT INTO owner VALUES \(values)") { bench in
                try await bench.tick(1, at: 3)
                #expect(try await bench.rows("SELECT COUNT(*) FROM container_sample") == [20])
                #expect(engine.maxInFlight == 8)
            }
        }
    }

    @Test func anEngineThatIsDownIsReportedOnceAndItsTicksSkipped() async throws {
        try await DashboardBench.run { bench in
            for (number, time) in [3, 18, 33, 48].enumerated() { try await bench.tick(number + 1, at: time) }
            #expect(bench.reports == [.sourceDown])
            #expect(try await bench.rows("SELECT COUNT(*) FROM host_sample") == [4])
            #expect(try await bench.rows("SELECT COUNT(*) FROM container_sample") == [0])
            #expect(try bench.value("tally_sampler_errors_total", ["source": "docker", "reason": "unavailable"]) == 4)
        }
    }
}
