import TallyTesting
import Testing

@testable import Tally

/// The semantics of request metrics, by OpenTelemetry's conventions:
/// https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#http-server
struct HTTPServerMetricsTests {
    private let clock = ManualClock()
    private let registry: MetricRegistry

    init() {
        registry = MetricRegistry(clock: clock)
    }

    private static let duration = "http_server_request_duration_seconds"

    /// The number of requests with these labels; nil if there is no such series.
    private func count(
        _ method: String = "GET",
        _ route: String = "/",
        _ status: String = "200",
        _ error: String = "",
        scheme: String = "https",
        metric: String = Self.duration
    ) throws -> String? {
        try registry.parsed()[
            metric + "_count",
            ("http_request_method", method),
            ("http_route", route),
            ("http_response_status_code", status),
            ("error_type", error),
            ("url_scheme", scheme)
        ]
    }

    private func active(_ method: String = "GET", scheme: String = "https") throws -> String? {
        try registry.parsed()[
            "http_server_active_requests",
            ("http_request_method", method),
            ("url_scheme", scheme)
        ]
    }

    // MARK: A request

    @Test func aRequestIsInFlightUntilItIsFinished() throws {
        let http = HTTPServerMetrics(in: registry)
        let first = http.start(method: "GET", scheme: .https)
        let second = http.start(method: "GET", scheme: .https)
        #expect(try active() == "2")
        first.finish(route: "/", status: 200)
        #expect(try active() == "1")
        second.finish(route: "/", status: 200)
        #expect(try active() == "0")
        #expect(try count() == "2")
    }

    @Test func theDurationIsTheTimeFromStartToFinish() throws {
        let http = HTTPServerMetrics(in: registry)
        let call = http.start(method: "GET", scheme: .https)
        clock.advance(by: .milliseconds(750))
        call.finish(route: "/", status: 200)
        let text = try registry.parsed()
        #expect(text.samples(of: Self.duration + "_sum").map(\.value) == ["0.75"])
        let bounds = text.samples(of: Self.duration + "_bucket").map { (Self.value("le", $0), $0.value) }
        #expect(
            bounds.map(\.0)
                == [
                    "0.005", "0.01", "0.025", "0.05", "0.075", "0.1", "0.25", "0.5", "0.75", "1.0", "2.5", "5.0", "7.5",
                    "10.0", "+Inf",
                ]
        )
        #expect(bounds.map(\.1) == Array(repeating: "0", count: 8) + Array(repeating: "1", count: 7))
    }

    private static func value(_ label: String, _ sample: ParsedText.Sample) -> String {
        sample.labels.first { $0.name == label }.map { String(decoding: $0.value, as: UTF8.self) } ?? ""
    }

    @Test func namesAndLabelsAreThoseOfTheConventions() throws {
        let http = HTTPServerMetrics(in: registry, bodySizes: true)
        http.start(method: "POST", scheme: .http)
            .finish(route: "/users/{id}", status: 201, requestBytes: 300, responseBytes: 20)
        let text = try registry.parsed()
        #expect(
            text.types.map(\.name).filter { $0.hasPrefix("http") } == [
                "http_server_active_requests", "http_server_request_body_size_bytes",
                "http_server_request_duration_seconds", "http_server_response_body_size_bytes",
            ]
        )
        #expect(
            try #require(text.samples(of: Self.duration + "_count").first).labels.map(\.name) == [
                "http_request_method", "http_route", "http_response_status_code", "error_type", "url_scheme",
            ]
        )
        #expect(try registry.lint().isEmpty)
    }

    @Test func namesTakeNoPrefix() throws {
        let registry = MetricRegistry(prefix: "chat_", constantLabels: ["job": "chat"])
        HTTPServerMetrics(in: registry).start(method: "GET", scheme: .http).finish(route: "/", status: 200)
        #expect(registry.text.contains(#"http_server_active_requests{job="chat",http_request_method="GET""#))
        #expect(!registry.text.contains("chat_http"))
    }

    // MARK: Labels

    @Test(
        arguments: ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"]
    )
    func standardMethodsKeepTheirNames(_ method: String) throws {
        let http = HTTPServerMetrics(in: registry)
        let call = http.start(method: method, scheme: .https)
        #expect(try active(method) == "1")
        call.finish(route: "/", status: 200)
        #expect(try count(method) == "1")
    }

    @Test(
        arguments: [
            "", "get", "Get", "GETS", "GE", "PROPFIND", "_OTHER", "other", "\0GET", "GET\0", "G\u{301}ET", "ＧＥＴ",
            "GET ",
            "GET /", String(repeating: "GET", count: 100_000), "\n", "\"", "OPTIONSX", "CONNECTT",
        ]
    )
    func anyOtherMethodIsOther(_ method: String) throws {
        let http = HTTPServerMetrics(in: registry)
        http.start(method: method, scheme: .https).finish(route: "/", status: 200)
        #expect(try count("_OTHER") == "1")
        #expect(try active("_OTHER") == "0")
    }

    @Test(arguments: [100, 101, 200, 299, 418, 499, 599])
    func aStatusIsExact(_ status: Int) throws {
        let http = HTTPServerMetrics(in: registry)
        http.start(method: "GET", scheme: .https).finish(route: "/", status: status)
        #expect(try count("GET", "/", "\(status)", status == 599 ? "599" : "") == "1")
    }

    @Test(arguments: [nil, 0, 99, 600, -1, .min, .max, 65_736] as [Int?])
    func anyOtherStatusIsZero(_ status: Int?) throws {
        let http = HTTPServerMetrics(in: registry)
        http.start(method: "GET", scheme: .https).finish(route: "/", status: status)
        #expect(try count("GET", "/", "0") == "1")
    }

    @Test func aRequestWithoutARouteHasAnEmptyOne() throws {
        let http = HTTPServerMetrics(in: registry)
        http.start(method: "GET", scheme: .https).finish(route: nil, status: 404)
        http.start(method: "GET", scheme: .https).finish(route: "", status: 404)
        #expect(try count("GET", "", "404") == "2")
    }

    @Test func theSchemeIsALabel() throws {
        let http = HTTPServerMetrics(in: registry)
        http.start(method: "GET", scheme: .http).finish(route: "/", status: 200)
        #expect(try count(scheme: "http") == "1")
    }

    // MARK: Failures

    @Test func aStatusFrom500IsAFailureAndAClientsMistakeIsNot() throws {
        let http = HTTPServerMetrics(in: registry)
        for status in [404, 500, 503] { http.start(method: "GET", scheme: .https).finish(route: "/", status: status) }
        #expect(try count("GET", "/", "404") == "1")
        #expect(try count("GET", "/", "500", "500") == "1")
        #expect(try count("GET", "/", "503", "503") == "1")
    }

    @Test func anErrorIsOneOfAClosedSet() throws {
        struct Mine: Error, CustomStringConvertible { var description: String { "/home/alice" } }
        let http = HTTPServerMetrics(in: registry)
        let errors: [(any Error, String)] = [
            (Mine(), "_OTHER"), (CancellationError(), "cancelled"), (RequestError.timeout, "timeout"),
            (RequestError.connectionClosed, "connection_closed"), (RequestError.other, "_OTHER"),
        ]
        for (error, _) in errors {
            http.start(method: "GET", scheme: .https).finish(route: "/", status: 500, error: error)
        }
        for (_, text) in errors { #expect(try count("GET", "/", "500", text) == (text == "_OTHER" ? "2" : "1")) }
        #expect(!registry.text.contains("alice"))
    }

    @Test func aReleasedCallFinishesItselfAsUnfinished() throws {
        let http = HTTPServerMetrics(in: registry)
        do {
            let call = http.start(method: "GET", scheme: .https)
            clock.advance(by: .seconds(3))
            withExtendedLifetime(call) {}
        }
        #expect(try active() == "0")
        #expect(try count("GET", "", "0", "unfinished") == "1")
        #expect(try registry.parsed().samples(of: Self.duration + "_sum").map(\.value) == ["3"])
    }

    @Test func onlyTheFirstFinishCounts() throws {
        let http = HTTPServerMetrics(in: registry)
        let call = http.start(method: "GET", scheme: .https)
        for status in [200, 500, 200] { call.finish(route: "/", status: status) }
        #expect(try active() == "0")
        #expect(try registry.parsed().samples(of: Self.duration + "_count").map(\.value) == ["1"])
    }

    @Test func aFinishedCallThatIsReleasedCountsNoMore() throws {
        let http = HTTPServerMetrics(in: registry)
        do { http.start(method: "GET", scheme: .https).finish(route: "/", status: 200) }
        #expect(try registry.parsed().samples(of: Self.duration + "_count").map(\.value) == ["1"])
    }

    @Test func callsCountAfterTheMetricsAreReleased() throws {
        var http: HTTPServerMetrics? = HTTPServerMetrics(in: registry)
        let call = http?.start(method: "GET", scheme: .https)
        http = nil
        call?.finish(route: "/", status: 200)
        #expect(try count() == "1")
    }

    // MARK: Body sizes and exemplars

    @Test func bodySizesAreMeasuredOnRequest() throws {
        let http = HTTPServerMetrics(in: registry, bodySizes: true)
        http.start(method: "POST", scheme: .https)
            .finish(route: "/", status: 200, requestBytes: 1000, responseBytes: 0)
        http.start(method: "POST", scheme: .https).finish(route: "/", status: 200)
        let text = try registry.parsed()
        #expect(text.samples(of: "http_server_request_body_size_bytes_sum").map(\.value) == ["1000"])
        #expect(try count("POST", metric: "http_server_response_body_size_bytes") == "1")
        #expect(try count("POST") == "2")
    }

    @Test func bodySizesAreIgnoredUnlessRequested() throws {
        HTTPServerMetrics(in: registry).start(method: "GET", scheme: .https)
            .finish(route: "/", status: 200, requestBytes: 10, responseBytes: 10)
        #expect(!registry.text.contains("body_size"))
    }

    @Test func aNegativeSizeIsDroppedAndCounted() throws {
        let http = HTTPServerMetrics(in: registry, bodySizes: true)
        http.start(method: "GET", scheme: .https)
            .finish(route: "/", status: 200, requestBytes: -1, responseBytes: .max)
        let text = try registry.parsed()
        #expect(text["tally_rejected_updates_total", ("reason", "negative")] == "1")
        #expect(text.samples(of: "http_server_request_body_size_bytes_count").isEmpty)
        #expect(try count(metric: "http_server_response_body_size_bytes") == "1")
    }

    @Test func anExemplarIsExposedWithItsBucket() {
        let http = HTTPServerMetrics(in: registry)
        http.start(method: "GET", scheme: .https).finish(route: "/", status: 200, exemplar: ["trace_id": "4bf9"])
        let text = String(decoding: registry.exposition(as: .openMetrics).body, as: UTF8.self)
        #expect(text.contains(##" # {trace_id="4bf9"} 0 "##))
    }

    // MARK: Registration

    @Test func registeringAgainSharesTheSeries() throws {
        let (one, two) = (HTTPServerMetrics(in: registry), HTTPServerMetrics(in: registry, routes: ["/"]))
        for http in [one, two] { http.start(method: "GET", scheme: .https).finish(route: "/", status: 200) }
        #expect(try count() == "2")
        one.instruments.durations.core.storage._checkInvariants()
    }

    @Test func nothingIsExposedBeforeTheFirstRequest() throws {
        _ = HTTPServerMetrics(in: registry, routes: ["/", "/users/{id}"], bodySizes: true)
        #expect(try registry.parsed().samples.filter { $0.name.hasPrefix("http") }.isEmpty)
    }

    // MARK: Clocks

    @Test func aClockThatGoesBackMakesADurationOfZero() throws {
        let clock = BackwardClock()
        let registry = MetricRegistry(clock: clock)
        let http = HTTPServerMetrics(in: registry)
        for step in [Duration.seconds(-5), .seconds(-1_000_000_000), .zero] {
            let call = http.start(method: "GET", scheme: .https)
            clock.step(by: step)
            call.finish(route: "/", status: 200)
        }
        let text = try registry.parsed()
        #expect(text.samples(of: Self.duration + "_sum").map(\.value) == ["0"])
        #expect(text.samples(of: Self.duration + "_count").map(\.value) == ["3"])
    }

    @Test func aLeapOfTheClockCannotTrap() throws {
        let clock = BackwardClock()
        let registry = MetricRegistry(clock: clock)
        let http = HTTPServerMetrics(in: registry)
        for step in [Duration.seconds(Int64.max), .seconds(Int64.min), .nanoseconds(1)] {
            let call = http.start(method: "GET", scheme: .https)
            clock.step(by: step)
            call.finish(route: "/", status: 200)
        }
        #expect(try registry.parsed().samples(of: Self.duration + "_count").map(\.value) == ["3"])
    }
}
