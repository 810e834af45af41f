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

    @Test func otlpHasAMetricForEachTypeOfHistogram() throws {
        let parts = ["a", "b", "c"].map { MetricRegistry(constantLabels: ["part": $0], ownMetrics: false) }
        for part in parts { registry.include(part) }
        Histogram("h", help: "H.", native: .standard, in: parts[0]).observe(1)
        Histogram("h", help: "H.", buckets: [2], in: parts[1]).observe(1)
        Histogram("h", help: "H.", native: .standard, in: parts[2]).observe(1)
        let metrics = try metrics()
        #expect(metrics.map { $0.text(1) } == ["h", "h"])
        #expect(metrics.map { $0.fields.map(\.number) } == [[1, 2, 9], [1, 2, 10]])
        #expect(try metrics[0].message(9)?.messages(1).map { $0.fixed(4) } == [1])
        #expect(try metrics[1].message(10)?.messages(1).map { $0.fixed(4) } == [1, 1])
    }

    @Test(arguments: [(3, 160, 0), (8, 160, 0), (8, 16, -3), (8, 10_000, 6)])
    func distantValuesLowerTheSchemaInOTLP(_ schema: Int, _ maxBuckets: Int, _ expected: Int64) throws {
        let native = NativeBuckets(schema: schema, maxBuckets: maxBuckets)
        let histogram = try Histogram(validating: "h", help: "H.", native: native, in: registry)
        for value in [0x1p-31, 1, 1, 0x1p63, -0x1p-31, -0x1p63] { histogram.observe(value) }
        let point = try #require(try metrics().first?.message(10)?.message(1))
        #expect(point.zigzag(6) == expected)
        for (side, observed) in [(8, [1, 2, 1]), (9, [1, 1])] as [(Int, [UInt64])] {
            let counts = try #require(try point.message(side)?.packedVarints(2))
            #expect(counts.count <= maxBuckets && counts.filter { $0 > 0 } == observed)
        }
        let message = try ProtobufMessage.histogram("h", in: registry.exposition(as: .protobuf).body)
        #expect(message.zigzag(5) == Int64(schema), "Prometheus' format has no empty buckets")
    }

    /// The metrics of a request of OTLP.
    private func metrics() throws -> [ProtobufMessage] {
        try #require(try ProtobufMessage(registry.otlp(resource: [:]).body).message(1)?.message(2)?.messages(2))
    }

    @Test func anEmptyRegistryIsAValidRequest() throws {
        #expect(try metrics().isEmpty)
        #expect(registry.exposition(as: .protobuf).body.isEmpty)
    }
}
