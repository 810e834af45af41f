#if Listener
import Tally
import TallyHealthcheck
import Testing

@testable import TallyListener

@Suite(.timeLimit(.minutes(10)))
struct LandingPageTests {
    private static func listener(
        metricsPath: String = "/metrics",
        _ routes: [ListenerRoute] = [],
        healthcheck: Healthcheck? = nil
    ) -> MetricsListener {
        MetricsListener(
            registry: registry(),
            port: 0,
            metricsPath: metricsPath,
            routes: routes,
            healthcheck: healthcheck
        )
    }

    private static func route(_ path: String) -> ListenerRoute {
        ListenerRoute(path) { _ in ListenerResponse(body: Array("own".utf8)) }
    }

    @Test func thePageLinksToEverythingThatIsServed() async throws {
        let healthcheck = Healthcheck(service: ServiceInfo(name: "chat", version: "1.4.2"), providers: [])
        try await Self.listener([Self.route("/version")], healthcheck: healthcheck).serving { address in
            let client = try await RawClient(address)
            let page = try await client.get("/")
            #expect(page.status == 200)
            #expect(page["content-type"] == "text/html; charset=utf-8")
            #expect(
                page["content-security-policy"]
                    == "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            )
            #expect(page["x-content-type-options"] == "nosniff")
            let links = page.text.split(separator: "href=\".").dropFirst().map { String($0.prefix { $0 != "\"" }) }
            let paths = ["/metrics", "/version", "/.well-known/healthcheck.json", "/live", "/ready", "/startup"]
            #expect(links == paths)
            for link in links { #expect(try await client.get(link).status == 200) }
            let head = try await client.get("/", method: "HEAD")
            #expect(head.status == 200)
            #expect(head["content-length"] == "\(page.body.count)")
        }
    }

    @Test func pathsAreEscapedAndStayOnTheHost() {
        let html = LandingPage.html(linking: ["/<b>\"'&", "//evil.example/x"])
        #expect(html.contains("<a href=\"./&lt;b&gt;&quot;&#39;&amp;\">/&lt;b&gt;&quot;&#39;&amp;</a>"))
        #expect(html.contains("<a href=\".//evil.example/x\">"))
        #expect(!html.contains("<b>"))
    }

    @Test func aRouteOfTheHostReplacesThePage() async throws {
        try await Self.listener([Self.route("/")]).serving { address in
            let client = try await RawClient(address)
            #expect(try await client.get("/").text == "own")
        }
    }

    @Test func metricsMayHaveAnotherPathEvenTheRoot() async throws {
        for path in ["/internal/prometheus", "/"] {
            try await Self.listener(metricsPath: path).serving { address in
                let client = try await RawClient(address)
                #expect(try await client.get(path).text.contains("requests_total 3"))
                #expect(try await client.get("/metrics").status == 404)
            }
        }
        // The usual path is then free.
        try await Self.listener(metricsPath: "/m", [Self.route("/metrics")]).serving { address in
            let client = try await RawClient(address)
            #expect(try await client.get("/metrics").text == "own")
        }
    }

    @Test(arguments: ["", "metrics", "/a b", "/a?b", "/a#b", "/é", "/\u{7F}", "http://x/metrics"])
    func anInvalidPathOfTheMetricsIsNamed(path: String) async throws {
        let error = try await failure(of: Self.listener(metricsPath: path))
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains("metricsPath '\(path)' is not a path"))
    }
}
#endif
