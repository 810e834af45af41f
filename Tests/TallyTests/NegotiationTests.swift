import Testing

@testable import Tally

struct NegotiationTests {
    @Test(arguments: [
        (nil, ExpositionFormat.prometheusText), ("", .prometheusText), ("*/*", .prometheusText),
        ("text/plain", .prometheusText), ("application/json", .json), ("application/*", .json),
        ("APPLICATION/JSON", .json), ("text/html", .prometheusText), ("garbage", .prometheusText),
        ("text/plain;q=0.5,application/json", .json), ("text/plain;q=0.5, application/json;q=0.4", .prometheusText),
        ("*/*;q=0.1,application/json;q=0.01", .prometheusText), ("text/*;q=0,*/*", .json),
        ("text/plain;q=0", .prometheusText), ("application/json;q=0", .prometheusText),
        ("application/json;q=0, */*;q=0.1", .prometheusText), ("application/json;q=2", .prometheusText),
        ("application/json;q=-1", .prometheusText), ("application/json;q=0.1234", .prometheusText),
        ("application/json;q=nan", .prometheusText), ("application/json;q=", .prometheusText),
        ("application/json;q=1.001", .prometheusText), ("application/json;q=1.000", .json),
        ("text/plain;version=0.0.4;q=0.1, application/json;q=0.2", .json),
        ("text/plain;version=9.9.9;q=1, application/json;q=0.2", .json),
        ("text/plain;version=0.0.4;q=0.9, text/plain;q=0.1, application/json;q=0.5", .prometheusText),
        ("text/plain;version=\"0.0.4\";q=0.9, application/json;q=0.5", .prometheusText),
        ("application/json ; charset=utf-8 ; q=0.9 , text/plain ; q=0.8", .json),
        ("application/json;q=\"0.9\", text/plain;q=0.8", .json), (",,,application/json,,", .json),
        ("application/openmetrics-text", .openMetrics),
        ("application/openmetrics-text;version=0.0.1, text/plain;q=0.1", .prometheusText),
        ("application/openmetrics-text;version=1.0.0;q=0.5, text/plain;q=0.6", .prometheusText),
        (
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            .openMetrics(escaping: .allowUTF8)
        ),
        ("*/json", .prometheusText), ("/json", .prometheusText), ("application/", .prometheusText),
        ("application/json;x=\"a,b;q=0\", text/plain;q=0.1", .prometheusText),
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            .openMetrics
        ),
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            .protobuf
        ),
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;escaping=allow-utf-8;q=0.6,text/plain;q=0.5",
            .protobuf(escaping: .allowUTF8)
        ),
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.4,text/plain;q=0.5",
            .prometheusText
        ),
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text,application/json;q=0.2",
            .json
        ),
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=compact-text,application/openmetrics-text;q=0.2",
            .openMetrics
        ),
        (
            "application/vnd.google.protobuf;proto=some.other.Message;encoding=delimited, text/plain;q=0.1",
            .prometheusText
        ),
        ("application/vnd.google.protobuf;q=0, application/*", .json), ("application/*;q=0.3, text/*;q=0.2", .json),
        // A mark joins the character before it, but not the byte.
        ("\u{301},application/json;\u{301}x,\u{301}y", .json), ("text/plain\u{600},application/json", .json),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", .prometheusText),
    ])
    func theFormatFollowsTheAcceptHeader(_ accept: String?, _ format: ExpositionFormat) {
        #expect(ExpositionFormat.negotiated(accept: accept) == format)
    }

    @Test func randomHeadersNeverTrap() {
        let alphabet = [
            "text", "/", "plain", "*", ";", "q=", "0", ".", "5", ",", "\"", "\\", " ", "application/json", "=", "é",
            "version=0.0.4",
        ]
        var random = Xorshift(seed: 4)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...12, using: &random)
            let header = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? "" }.joined()
            let format = ExpositionFormat.negotiated(accept: header)
            #expect(format == .prometheusText || format == .json)
        }
    }

    @Test func theContentTypeMatchesTheBody() {
        let registry = MetricRegistry.bare()
        #expect(registry.exposition(accept: nil).contentType == "text/plain; version=0.0.4; charset=utf-8")
        let json = registry.exposition(accept: "application/json")
        #expect(json.contentType == "application/json")
        #expect(json.body == Array("[]\n".utf8))
    }
}
