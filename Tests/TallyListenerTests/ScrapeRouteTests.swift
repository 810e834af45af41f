#if Listener
import Tally
import TallyListener
import Testing

/// A scraper's parameters on the metrics route.
@Suite(.timeLimit(.minutes(5)))
struct ScrapeRouteTests {
    @Test func onlyNamedFamiliesAreExposed() async throws {
        let registry = MetricRegistry()
        _ = Counter("a_total", help: "A.", in: registry)
        _ = Counter("b_total", help: "B.", in: registry)
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let response = try await RawClient(address.port).get("/metrics?name%5B%5D=b_total&name[]=nothing")
            #expect(response.text == "# HELP b_total B.\n# TYPE b_total counter\nb_total 0\n")
        }
    }

    @Test func gaugesThatExceedTheScrapeTimeoutAreOmitted() async throws {
        let registry = MetricRegistry()
        ObservedGauge("a_depth", help: "A.", in: registry) { 1 }
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let header = "X-Prometheus-Scrape-Timeout-Seconds: 0.000000001\r\n"
            for count in 1...2 {
                let late = try await RawClient(address.port).get("/metrics", headers: header)
                #expect(!late.text.contains("\na_depth "))
                #expect(late.text.contains(#"tally_scrape_errors_total{family="a_depth"} \#(count)"#))
                let inTime = try await RawClient(address.port).get("/metrics")
                #expect(inTime.text.contains("a_depth 1\n"))
            }
        }
    }
}
#endif
