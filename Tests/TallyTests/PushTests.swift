import Testing

@testable import Tally

struct PushTests {
    private let registry = MetricRegistry(ownMetrics: false)

    @Test(arguments: [
        ("backup", [:], "/job/backup"),
        ("backup", ["instance": "web-1", "az": "eu~1_a.b"], "/job/backup/az/eu~1_a.b/instance/web-1"),
        ("a/b", [:], "/job@base64/YS9i"), ("/", [:], "/job@base64/Lw"), ("//", [:], "/job@base64/Ly8"),
        ("", [:], "/job@base64/="), ("j", ["e": ""], "/job/j/e@base64/="), ("j", ["d": "."], "/job/j/d@base64/Lg"),
        ("j", ["d": ".."], "/job/j/d@base64/Li4"), ("j", ["d": "..."], "/job/j/d/..."),
        ("a b%c?#é\n", [:], "/job/a%20b%25c%3F%23%C3%A9%0A"), ("~/ÿ?", [:], "/job@base64/fi_Dvz8"),
        ("j", ["not a name": "1"], "/job/j/not%20a%20name/1"),
    ])
    func thePathIsEncodedAsThePushgatewayDecodesIt(_ job: String, _ grouping: [String: String], _ path: String) {
        let push = registry.pushgateway(job: job, grouping: grouping)
        #expect(push.path == "/metrics" + path)
        #expect(push.method == "PUT")
    }

    @Test func theBodyIsTheExposition() {
        Counter("c_total", help: "C.", in: registry).increment()
        let push = registry.pushgateway(job: "j")
        #expect(push.contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(push.body == registry.exposition().body)
        let other = registry.pushgateway(job: "j", as: .protobuf)
        #expect(other.contentType == ExpositionFormat.protobuf.contentType)
        #expect(other.body == registry.exposition(as: .protobuf).body)
    }

    @Test func otlpHasTheResourceAndEveryFamily() throws {
        Counter("c_total", help: "C.", in: registry).increment(by: .max)
        Histogram("h", help: "H.", native: .standard, in: registry).observe(-1)
        let push = registry.otlp(resource: ["service.name": "chat"])
        let metrics = try #require(try ProtobufMessage(push.body).message(1))
        let attribute = try #require(try metrics.message(1)?.message(1))
        #expect(try attribute.text(1) == "service.name" && attribute.message(2)?.text(1) == "chat")
        let families = try #require(try metrics.message(2)?.messages(2))
        #expect(families.map { $0.text(1) } == ["c_total", "h"])
        let total = try #require(try families[0].message(7))
        #expect(total.whole(2) == 2 && total.whole(3) == 1)
        #expect(try total.message(1)?.fixed(6) == UInt64(Int64.max))
        let point = try #require(try families[1].message(10)?.message(1))
        #expect(point.fixed(4) == 1 && point.double(5) == nil, "a sum of negative values is left out")
        #expect(try point.message(9)?.zigzag(1) == -1)
    }

    @Test func anEmptyRegistryIsAValidRequest() throws {
        #expect(try ProtobufMessage(registry.otlp(resource: [:]).body).message(1)?.message(2)?.messages(2).count == 0)
        #expect(registry.exposition(as: .protobuf).body.isEmpty)
    }
}
