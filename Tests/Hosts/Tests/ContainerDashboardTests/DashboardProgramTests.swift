import Foundation
import HostsTestSupport
import TallySampler
import Testing

/// The dashboard in a process of its own, with an engine that does not run.
@Suite(.timeLimit(.minutes(10)))
struct DashboardProgramTests {
    @Test(.needs("prometheus"))
    func aProgramWithoutAnEngineSamplesTheMachine() async throws {
        let folder = try TemporaryFolder()
        func path(_ name: String) -> String { folder.url.appending(path: name).path }
        let host = try await HostProgram(
            "container-dashboard",
            [
                "--port", "0", "--database", path("host.sqlite"), "--history", path("history.sqlite"), "--engine",
                path("no-engine.sock"),
            ]
        )
        // The first sample is taken after three seconds.
        try await eventually {
            let body = try await host.get("/history.json").body
            return try JSONDecoder().decode([HistorySeries].self, from: body).first?.subject == .host
        }
        let page = try await host.get("/status", headers: ["Accept": "text/html"])
        #expect(page.text.hasPrefix("<!doctype html>"))
        let prometheus = try await Prometheus(scraping: host.port)
        let query = #"tally_sampler_errors_total{source="docker",reason="unavailable"}"#
        #expect(try await prometheus.value(of: query) { ($0 ?? 0) >= 1 } ?? 0 >= 1)
        #expect(try await prometheus.value(of: "node_memory_MemTotal_bytes") { ($0 ?? 0) > 0 } ?? 0 > 0)
        #expect(host.stop() == 0)
    }
}
