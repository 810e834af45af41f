#if Listener
import Tally
import Testing

@testable import TallyListener

struct ScrapeRequestTests {
    @Test(
        arguments: [
            (nil, []), ("", []), ("name[]=a", ["a"]), ("name%5B%5D=a&x=y&name[]=b%5Fc&name[]", ["a", "b_c"]),
            ("name[]=", [""]), ("name[]=a=b", ["a=b"]), ("name[]=%", ["%"]), ("name[]=%4", ["%4"]),
            ("name[]=%zz", ["%zz"]),
            ("name[]=%C3%A9+x", ["é x"]), ("name=a", []), ("&&", []),
        ] as [(String?, [String])]
    )
    func namesAreThoseOfTheQuery(_ query: String?, _ names: [String]) {
        #expect(ScrapeRequest(accept: nil, query: query, timeout: nil).names == names)
    }

    @Test(
        arguments: [
            (nil, nil), ("10", .seconds(9)), ("0.5", .seconds(0.45)), ("0", nil), ("-1", nil), ("nan", nil),
            ("soon", nil),
            ("", nil), ("1e300", .seconds(77_760)), ("inf", .seconds(77_760)),
        ] as [(String?, Duration?)]
    )
    func aTenthOfTheTimeoutIsLeftForTheWay(_ timeout: String?, _ limit: Duration?) {
        #expect(ScrapeRequest(accept: nil, query: nil, timeout: timeout).limit == limit)
    }

    @Test func theRouteExposesTheFamiliesThatAreNamed() async throws {
        let registry = MetricRegistry()
        _ = Counter("a_total", help: "A.", in: registry)
        _ = Counter("b_total", help: "B.", in: registry)
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let response = try await RawClient(address.port).get("/metrics?name%5B%5D=b_total&name[]=nothing")
            #expect(response.text == "# HELP b_total B.\n# TYPE b_total counter\nb_total 0\n")
        }
    }

    @Test func whatCollectorsTookIsNotThereForGauges() {
        var request = ScrapeRequest(accept: nil, query: nil, timeout: "10")
        request.spend(.seconds(4))
        #expect(request.limit == .seconds(5))
        request.spend(.seconds(Int64.max))
        #expect(request.limit == .zero)
        var unlimited = ScrapeRequest(accept: nil, query: nil, timeout: nil)
        unlimited.spend(.seconds(4))
        #expect(unlimited.limit == nil)
    }

    @Test func gaugesThatComeTooLateForTheScraperKeepTheirLastValue() async throws {
        let registry = MetricRegistry()
        Gauge.observing("a_depth", help: "A.", in: registry) { 1 }
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let header = "X-Prometheus-Scrape-Timeout-Seconds: 0.000000001\r\n"
            let late = try await RawClient(address.port).get("/metrics", headers: header)
            #expect(!late.text.contains("\na_depth "))
            #expect(late.text.contains(#"tally_collector_errors_total{family="a_depth"} 1"#))
            let inTime = try await RawClient(address.port).get("/metrics")
            #expect(inTime.text.contains("a_depth 1\n"))
            let lateAgain = try await RawClient(address.port).get("/metrics", headers: header)
            #expect(lateAgain.text.contains("a_depth 1\n"))
        }
    }
}
#endif
