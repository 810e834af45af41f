import TallyTesting
import Testing

@testable import Tally

struct ProtobufTests {
    private let registry = MetricRegistry(ownMetrics: false)

    private func families(_ format: ExpositionFormat = .protobuf) throws -> [ProtobufMessage] {
        try ProtobufMessage.delimited(registry.exposition(as: format).body)
    }

    /// Label values of any length, with and without escapes, in families of many pages.
    @Test(arguments: [0, 1, 20, 60, 90, 127, 128, 300], [1, 3])
    func everySeriesIsReadBack(_ longest: Int, _ step: Int) throws {
        let family = try Counter.family(
            validating: "c",
            help: "C.",
            labelNames: ["a", "longer_name_of_a_label", "c"],
            maxChildren: 3000,
            in: registry
        )
        var expected: [String: Double] = [:]
        for number in 0..<2000 {
            let text = String(repeating: number % 500 == 499 ? "\"\\\n" : "é", count: longest * (number % 40) / 40)
            family[["\(number)", text, ""]].increment(by: number)
            expected["\(number) \(text)"] = Double(number)
        }
        // Holes in the pages, or full ones.
        for number in stride(from: 0, to: 2000, by: step) where step > 1 {
            let text = String(repeating: number % 500 == 499 ? "\"\\\n" : "é", count: longest * (number % 40) / 40)
            _ = family.remove(["\(number)", text, ""])
            expected["\(number) \(text)"] = nil
        }
        var found: [String: Double] = [:]
        for metric in try #require(try families().first).messages(4) {
            let labels = try metric.labels
            let key = "\(labels["a"] ?? "") \(labels["longer_name_of_a_label"] ?? "")"
            #expect(labels["c"] == "")
            found[key] = try metric.message(3)?.double(1)
        }
        #expect(found == expected)
    }

    /// Times have a faster path from 2004 to 2038.
    @Test func timesAreCutToNanoseconds() throws {
        var random = Xorshift(seed: 3)
        let inside = (0..<1_000).map { _ in 0x1p30 + Double(random.next() >> 11) * 0x1p-53 * 0x1p30 }
        for time in [0, 0.25, 0x1p30.nextDown, 0x1p30, 0x1p31.nextDown, 0x1p31, 0x1p34.nextDown] + inside {
            let found = try #require(UnixTime(time))
            #expect(found.seconds == UInt64(time))
            #expect(abs(Double(found.nanos) - (time - time.rounded(.down)) * 1e9) <= 1)
            #expect(found.nanos < 1_000_000_000)
        }
        for time in [-1, .nan, .infinity, 0x1p34, -0x1p30] { #expect(UnixTime(time) == nil) }
    }

    @Test func startTimesAreThoseOfTheSeries() throws {
        let registry = try MetricRegistry(clock: ManualClock(), wallSeconds: { 1_763_740_000.25 })
        Counter("c_total", help: "", in: registry).increment(exemplar: ["a": "b"])
        Counter("d_total", help: "", in: registry).increment()
        _ = Histogram("h", help: "", in: registry)
        ObservedCounter("o_total", help: "", in: registry) { 7 }
        let families = try ProtobufMessage.delimited(registry.exposition(as: .protobuf).body)
        func start(_ name: String, _ value: Int, _ field: Int) throws -> [UInt64?] {
            let family = families.first { $0.text(1) == name }
            let time = try family?.message(4)?.message(value)?.message(field)
            return [time?.whole(1), time?.whole(2)]
        }
        for (name, value, field) in [("c_total", 3, 3), ("d_total", 3, 3), ("h", 7, 15)] {
            #expect(try start(name, value, field) == [1_763_740_000, 250_000_000])
        }
        #expect(try start("o_total", 3, 3) == [nil, nil], "mirrored totals have no known start")
    }

    @Test func aTimeThatIsNotKnownIsNoInvalidMessage() throws {
        let registry = try MetricRegistry(clock: ManualClock(), wallSeconds: { .nan })
        Counter("c_total", help: "", in: registry).increment(exemplar: ["a": "b"])
        Counter("d_total", help: "", in: registry).increment()
        Histogram("h", help: "", native: .standard, in: registry).observe(1, exemplar: ["a": "b"])
        let families = try ProtobufMessage.delimited(registry.exposition(as: .protobuf).body)
        #expect(families.count == 3)
        #expect(try families[2].message(4)?.message(7)?.messages(16).count == 0)
        #expect(try ProtobufMessage(registry.otlp(resource: [:]).body).messages(1).count == 1)
    }

    @Test func familiesOfOneNameShareAMessage() throws {
        let app = MetricRegistry(constantLabels: ["part": "app"], ownMetrics: false)
        let library = MetricRegistry(constantLabels: ["part": "library"], ownMetrics: false)
        app.include(library)
        for registry in [app, library] {
            Counter("c_total", help: "C.", in: registry).increment()
            Histogram("h", help: "H.", in: registry).observe(1)
        }
        let families = try ProtobufMessage.delimited(app.exposition(as: .protobuf).body)
        #expect(families.map { $0.text(1) } == ["c_total", "h"])
        for family in families {
            #expect(try family.messages(4).map { try $0.labels["part"] } == ["app", "library"])
        }
    }

    @Test func namesAreEscapedAsRequested() throws {
        let registry = MetricRegistry(nameValidation: .utf8, ownMetrics: false)
        let family = try Counter.family(validating: "a.b", help: "", labelNames: ["l.é"], in: registry)
        family[["v"]].increment()
        let plain = try ProtobufMessage.delimited(registry.exposition(as: .protobuf).body)
        #expect(try plain[0].text(1) == "a_b_total" && plain[0].message(4)?.labels == ["l__": "v"])
        let quoted = try ProtobufMessage.delimited(registry.exposition(as: .protobuf(escaping: .allowUTF8)).body)
        #expect(try quoted[0].text(1) == "a.b_total" && quoted[0].message(4)?.labels == ["l.é": "v"])
    }

    @Test func longConstantLabelsAreReadBack() throws {
        let long = String(repeating: "x", count: 1024)
        let labels = (0..<20).map { (name: "l\($0)", value: long) }
        let registry = try MetricRegistry(validatingPrefix: "", constantLabels: labels, ownMetrics: false)
        Counter("c_total", help: "", in: registry).increment()
        let family = try #require(try ProtobufMessage.delimited(registry.exposition(as: .protobuf).body).first)
        #expect(try family.message(4)?.labels.count == 20)
    }
}
