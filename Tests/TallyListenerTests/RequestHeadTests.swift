#if Listener
import NIOHTTP1
import Testing

@testable import TallyListener

/// A mark beside a separator or a letter never changes the way in which a request's bytes are read.
struct RequestHeadTests {
    @Test(arguments: [
        ("/metrics?\u{301}x", nil, "/metrics", "\u{301}x"), ("/a\u{600}?b", nil, "/a\u{600}", "b"),
        ("http://host\u{600}/a?b", "host\u{600}", "/a", "b"), ("http://host/\u{301}a", "host", "/\u{301}a", nil),
        ("http://host?\u{301}", "host", "", "\u{301}"), ("/", nil, "/", nil),
    ])
    func aTargetIsSplitByBytes(_ text: String, _ authority: String?, _ path: String, _ query: String?) {
        let target = RequestTarget(text)
        #expect(target.authority == authority)
        #expect(target.path == path)
        #expect(target.query == query)
    }

    @Test(arguments: [("chunked", true), ("gzip, Chunked", true), ("chun\u{212A}ed", false), ("chunked, gzip", false)])
    func onlyChunkedDelimitsABody(_ coding: String, _ isFramed: Bool) {
        let head = HTTPRequestHead(
            version: .http1_1,
            method: .POST,
            uri: "/",
            headers: ["Transfer-Encoding": coding]
        )
        #expect(head.isFramed == isFramed)
    }

    @Test func onlySpacesAndTabsAreTrimmedFromValues() {
        let values = ["a \t", "a\u{600} ", "\u{301} ", " ", ""]
        let head = HTTPRequestHead(
            version: .http1_1,
            method: .GET,
            uri: "/",
            headers: HTTPHeaders(values.map { ("X", $0) })
        )
        let trimmed = head.trimmed.headers["X"].map { Array($0.utf8) }
        #expect(trimmed == ["a", "a\u{600}", "\u{301}", "", ""].map { Array($0.utf8) })
    }
}
#endif
