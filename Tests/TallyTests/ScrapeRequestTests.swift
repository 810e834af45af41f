import TallyTesting
import Testing

@testable import Tally

/// Parsing of a request to a `/metrics` route.
struct ScrapeRequestTests {
    @Test(
        arguments: [
            (nil, []), ("", []), ("name[]=a", ["a"]), ("name%5B%5D=a&x=y&name[]=b%5Fc&name[]", ["a", "b_c"]),
            ("name[]=", [""]), ("name[]=a=b", ["a=b"]), ("name[]=%", ["%"]), ("name[]=%4", ["%4"]),
            ("name[]=%zz", ["%zz"]),
            ("name[]=%C3%A9+x", ["é x"]), ("name=a", []), ("&&", []),
        ] as [(String?, [String])]
    )
    func namesAreParsedFromTheQuery(_ query: String?, _ names: [String]) {
        #expect(ScrapeRequest(accept: nil, query: query).names == names)
    }

    @Test(
        arguments: [
            (nil, nil), ("10", .seconds(9)), ("0.5", .seconds(0.45)), (".5", .seconds(0.45)),
            ("86400", .seconds(77_760)),
        ] as [(String?, Duration?)]
    )
    func aTenthOfTheTimeoutIsReservedForSending(_ timeout: String?, _ limit: Duration?) {
        #expect(ScrapeRequest(accept: nil, timeout: timeout).timeout == limit)
    }

    @Test(
        arguments: [
            "0", "-1", "+1", "nan", "inf", "soon", "", " 1", "1 ", "1e300", "1e308", "1e1", "0x10", "0x1p4", "1_0",
            "1,5",
            "1.5.5", ".", "86401", "١", "1\n", String(repeating: "1", count: 100),
            "0." + String(repeating: "0", count: 40),
        ]
    )
    func invalidTimeoutsAreIgnored(_ timeout: String) {
        #expect(ScrapeRequest(accept: nil, timeout: timeout).timeout == nil)
    }

    @Test(arguments: [
        ("", false), ("gzip", true), ("GZIP", true), ("x-gzip", true), ("gzip;q=0", false), ("gzip; q=0.5", true),
        ("gzip;q=0, *", false), ("*;q=0", false), ("*", true), ("identity", false), ("deflate, br", false),
        ("deflate, gzip;q=1.0, *;q=0.5", true), ("gzipped", false), ("gzip;q=x", false), ("gzip;q=", false),
        ("identity;q=1, gzip;q=0.000", false), (";;;,,=;q=1", false), ("gzip;q=0, gzip;q=1", true), ("gzip ;q=1", true),
        ("gzip;q=0.5, identity", false), ("gzip;q=0.5, identity;q=0.4", true), ("gzip;q=2", false),
        ("*;q=0.5, gzip;q=0", false),
        ("gzip;q=\u{301}0", false), ("x,\u{301}y,gzip", true), ("x\u{600},gzip;\u{301}", true),
    ])
    func acceptEncodingSelectsGzip(_ header: String, _ isCompressed: Bool) {
        #expect(ScrapeRequest(accept: nil, acceptEncoding: header).isCompressed == isCompressed)
    }

    @Test func headersAreLookedUpByName() {
        let headers = [
            "Accept": "application/json", "Accept-Encoding": "gzip", "X-Prometheus-Scrape-Timeout-Seconds": "10",
        ]
        var asked: Set<String> = []
        let request = ScrapeRequest(query: "name[]=up") { name in
            asked.insert(name)
            return headers[name]
        }
        #expect(request.format == .json)
        #expect(request.isCompressed)
        #expect(request.names == ["up"])
        #expect(request.timeout == .seconds(9))
        #expect(asked == Set(headers.keys))
        for absent in [nil, ""] {
            let bare = ScrapeRequest(query: nil) { _ in absent }
            #expect(bare.format == .prometheusText && !bare.isCompressed && bare.names.isEmpty && bare.timeout == nil)
        }
    }

    @Test func responseHeadersDescribeTheBody() {
        let registry = MetricRegistry()
        let plain = registry.exposition(for: ScrapeRequest(accept: "application/json"))
        #expect(plain.headers.map(\.name) == ["Content-Type", "Vary", "Cache-Control"])
        #expect(plain.headers.map(\.value) == ["application/json", "Accept, Accept-Encoding", "no-store"])
        let gzip = registry.exposition(for: ScrapeRequest(accept: nil, acceptEncoding: "gzip"))
        #expect(gzip.contentEncoding == "gzip")
        #expect(gzip.headers.map(\.name) == ["Content-Type", "Content-Encoding", "Vary", "Cache-Control"])
        #expect(gzip.body.starts(with: [0x1F, 0x8B]))
        #expect(
            registry.chunks(for: ScrapeRequest(isCompressed: true)).headers.map(\.value) == gzip.headers.map(\.value)
        )
    }

    @Test func theTimeoutStartsWithTheRequestByTheSystemClock() {
        let request = ScrapeRequest(timeout: .nanoseconds(1))
        let started = ContinuousClock.now
        while ContinuousClock.now == started {}
        let registry = MetricRegistry()
        ObservedGauge("depth", help: "", in: registry) { 1 }
        #expect(!String(decoding: registry.exposition(for: request).body, as: UTF8.self).contains("\ndepth 1"))
        // A manual clock has not advanced since the request.
        let manual = MetricRegistry(clock: ManualClock())
        ObservedGauge("depth", help: "", in: manual) { 1 }
        #expect(String(decoding: manual.exposition(for: request).body, as: UTF8.self).contains("\ndepth 1"))
    }
}
