import Foundation
import TallyTesting
import Testing

@testable import Tally

struct PrometheusTextTests {
    @Test func helpEscapesBackslashesAndLineFeedsOnly() {
        let registry = MetricRegistry.bare()
        _ = Gauge("g", help: "C:\\dir\nsecond \"quoted\" line é", in: registry)
        #expect(registry.text == "# HELP g C:\\\\dir\\nsecond \"quoted\" line é\n# TYPE g gauge\ng 0\n")
    }

    @Test func labelValuesEscapeBackslashesQuotesAndLineFeeds() {
        let registry = MetricRegistry.bare()
        let family = Family<Path, Counter>("hits_total", help: "", in: registry)
        family[Path(path: "a\"b\\c\nd\re\0f\t\u{2028}é🚀\\n")].increment()
        #expect(
            registry.text
                == "# HELP hits_total \n# TYPE hits_total counter\nhits_total{path=\"a\\\"b\\\\c\\nd\re\0f\t\u{2028}é🚀\\\\n\"} 1\n"
        )
    }

    @Test func invalidUTF8InLabelValuesIsRepaired() throws {
        let registry = MetricRegistry.bare()
        let family = Family<Path, Counter>("hits_total", help: "", in: registry)
        for bytes: [UInt8] in [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x61, 0xF0, 0x9F]] {
            family[Path(path: String(decoding: bytes, as: UTF8.self))].increment()
        }
        for sample in try registry.parsed().samples {
            #expect(String(validating: sample.labels[0].value, as: UTF8.self) != nil)
        }
        #expect(String(validating: registry.exposition().body, as: UTF8.self) != nil)
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "-0.0"), (1, "1"), (-1, "-1"), (1.5, "1.5"), (0.1, "0.1"), (1e15, "1000000000000000"),
        (9_007_199_254_740_991, "9007199254740991"), (-9_007_199_254_740_991, "-9007199254740991"),
        (1e16, "1e+16"), (1e300, "1e+300"), (.leastNonzeroMagnitude, "5e-324"), (0.0001, "0.0001"), (1e-7, "1e-07"),
        (Double.greatestFiniteMagnitude, "1.7976931348623157e+308"), (.nan, "NaN"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"), (-2.2250738585072014e-308, "-2.2250738585072014e-308"),
    ])
    func numbersAreShortAndExact(_ value: Double, _ text: String) {
        let registry = MetricRegistry.bare()
        Gauge("g", help: "", in: registry).set(value)
        #expect(registry.text.hasSuffix("\ng \(text)\n"))
    }

    @Test func randomDoublesRoundTrip() throws {
        var generator = Xorshift(seed: 1)
        let registry = MetricRegistry.bare()
        let family = Family<Path, Gauge>("g", help: "", maxChildren: 20_000, in: registry)
        var values: [Double] = []
        for index in 0..<20_000 {
            let bits = Double(bitPattern: generator.next())
            let decimal = (Double.random(in: -1e6...1e6, using: &generator) * 1000).rounded() / 1000
            let value = index % 2 == 0 ? bits : decimal
            values.append(value)
            family[Path(path: "\(index)")].set(value)
        }
        for (sample, value) in zip(try registry.parsed().samples, values) {
            let text = sample.value.replacing("Inf", with: "inf").replacing("NaN", with: "nan")
            let read = try #require(Double(text))
            #expect(read == value || (read.isNaN && value.isNaN), "\(value) became \(sample.value)")
        }
    }

    @Test func integersOfEveryLengthAreWrittenExactly() throws {
        let registry = MetricRegistry.bare()
        let family = Family<Path, Counter>("c_total", help: "", in: registry)
        var generator = Xorshift(seed: 2)
        var values: [Int] = [0, .max, .max - 1, 1_000_000_000_000_000_000, 999_999_999_999_999_999]
        for digits in 1...17 {
            let power = (0..<digits).reduce(1) { power, _ in power * 10 }
            let any = Int.random(in: power..<(power * 10 - 1), using: &generator)
            values += [power - 1, power, power + 1, any].filter { $0 > 0 }
        }
        for (index, value) in values.enumerated() { family[Path(path: "\(index)")].increment(by: value) }
        #expect(try registry.parsed().samples.map(\.value) == values.map(String.init))
    }

    /// Random text, wherever a host can put text. The strict parser must read back the same.
    @Test(arguments: 0..<30 as Range<UInt64>) func randomLabelsAndHelpTextsRoundTrip(_ seed: UInt64) throws {
        var random = Xorshift(seed: seed)
        let registry = MetricRegistry()
        let alphabet = [
            "\"", "\\", "\n", "n", "{", "}", ",", "=", " ", "#", "\0", "\r", "é", "e\u{301}", "🚀", "\u{2028}", "a",
            "\u{FFFF}",
        ]
        func text() -> String {
            let count = Int.random(in: 0...12, using: &random)
            return (0..<count).map { _ in alphabet.randomElement(using: &random) ?? "" }.joined()
        }
        let names = (0..<Int.random(in: 1...4, using: &random)).map { "label_\($0)" }
        let help = text()
        let family = try Counter.family(validating: "c_total", help: help, labelNames: names, in: registry)
        var expected: [[[UInt8]]: Int] = [:]
        for _ in 0..<300 {
            let values = names.map { _ in text() }
            let amount = Int.random(in: 1...1000, using: &random)
            family[values].increment(by: amount)
            expected[values.map { Array($0.utf8) }, default: 0] += amount
        }
        let parsed = try registry.parsed()
        var read: [[[UInt8]]: Int] = [:]
        for sample in parsed.samples(of: "c_total") {
            #expect(sample.labels.map(\.name) == names)
            read[sample.labels.map(\.value)] = Int(sample.value)
        }
        #expect(read == expected)
        // By scalars, because a backslash before a combining mark is not the character "\\".
        let escaped = help.unicodeScalars.map { $0 == "\\" ? "\\\\" : $0 == "\n" ? "\\n" : String($0) }.joined()
        #expect(parsed.helps["c_total"] == escaped)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(registry.exposition(as: .json).body)) as? [[String: Any]]
        )
        let metrics = json.first { $0["name"] as? String == "c_total" }?["metrics"] as? [[String: Any]]
        var fromJSON: [[[UInt8]]: Int] = [:]
        for metric in metrics ?? [] {
            let labels = metric["labels"] as? [String: String] ?? [:]
            fromJSON[names.map { Array((labels[$0] ?? "missing").utf8) }] = Int(metric["value"] as? String ?? "")
        }
        #expect(fromJSON == expected)
        #expect(json.first { $0["name"] as? String == "c_total" }?["help"] as? String == help)
    }
}

struct BoundTextTests {
    @Test(arguments: [
        (1.0, "1.0"), (0.005, "0.005"), (0.0001, "0.0001"), (0.00001, "1e-05"), (0.00012345, "0.00012345"),
        (100_000, "100000.0"), (999_999, "999999.0"), (1e6, "1e+06"), (1_234_567, "1.234567e+06"), (2.5, "2.5"),
        (10, "10.0"), (123456.789, "123456.789"), (1e16, "1e+16"), (1.5e100, "1.5e+100"),
        (.leastNonzeroMagnitude, "5e-324"),
        (-0.25, "-0.25"), (-1e6, "-1e+06"), (0, "0.0"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
        (0.1 + 0.2, "0.30000000000000004"),
        (12_345_678.25, "1.234567825e+07"), (1e-10, "1e-10"), (1e21, "1e+21"),
    ])
    func bucketBoundsHaveTheirCanonicalForm(_ bound: Double, _ text: String) {
        #expect(BoundText.canonical(bound) == text)
    }

    @Test func randomBoundsRoundTrip() throws {
        var generator = Xorshift(seed: 3)
        for _ in 0..<20_000 {
            let bound = Double(bitPattern: generator.next())
            guard bound.isFinite else { continue }
            #expect(Double(BoundText.canonical(bound)) == bound)
        }
    }
}

struct JSONTests {
    @Test func jsonHasTheShapeOfProm2json() {
        let registry = MetricRegistry.bare()
        Counter("a_total", help: "A \"quoted\" help\n\u{1}.", in: registry).increment(by: 5)
        let family = Family<Path, Gauge>("b", help: "B.", in: registry)
        family[Path(path: "\u{1F}\\x\"y\nz\u{7F}é")].set(.nan)
        family[Path(path: "")].set(-.infinity)
        let histogram = Histogram("c", help: "C.", buckets: [0.5, 1, 1e6], in: registry)
        histogram.observe(0.25)
        histogram.observe(3.25)
        #expect(
            registry.json == #"""
                [{"name":"a_total","help":"A \"quoted\" help\u000a\u0001.","type":"COUNTER","metrics":[{"value":"5"}]},\#
                {"name":"b","help":"B.","type":"GAUGE","metrics":[\#
                {"labels":{"path":"\u001f\\x\"y\nz\#u{7F}é"},"value":"NaN"},{"labels":{"path":""},"value":"-Inf"}]},\#
                {"name":"c","help":"C.","type":"HISTOGRAM","metrics":[\#
                {"buckets":{"0.5":"1","1":"1","1e+06":"2","+Inf":"2"},"count":"2","sum":"3.5"}]}]

                """#
        )
    }

    @Test func anEmptyRegistryIsAnEmptyJSONArray() {
        #expect(MetricRegistry.bare().json == "[]\n")
        #expect(MetricRegistry.bare().text == "")
    }
}

struct StreamingTests {
    @Test(arguments: [ExpositionFormat.prometheusText, .json]) func boundedChunksJoinToTheExposition(
        _ format: ExpositionFormat
    ) {
        let registry = MetricRegistry(clock: ManualClock())
        let family = Family<Path, Counter>("hits_total", help: "Hits.", maxChildren: 50_000, in: registry)
        for index in 0..<50_000 { family[Path(path: "/a/rather/long/path/\(index)")].increment(by: index) }
        let histograms = Family<Path, Histogram>("h", help: "H.", in: registry)
        for index in 0..<900 { histograms[Path(path: "\(index)")].observe(Double(index)) }
        let whole = registry.exposition(as: format).body
        let chunks = Array(registry.chunks(as: format))
        #expect(chunks.allSatisfy { $0.count <= 64 * 1024 && !$0.isEmpty })
        #expect(chunks.dropLast().allSatisfy { $0.count > 60 * 1024 })
        #expect(Array(chunks.joined()) == whole)
        var written: [UInt8] = []
        var addresses: Set<UnsafeRawPointer?> = []
        registry.write(as: format) { piece in
            written += piece
            addresses.insert(piece.baseAddress)
        }
        #expect(written == whole)
        #expect(addresses.count == 1, "one buffer for all pieces")
    }

    struct Full: Error {}

    @Test func anErrorOfTheReceiverStopsTheExposition() {
        let registry = MetricRegistry()
        let family = Family<Path, Counter>("hits_total", help: "Hits.", maxChildren: 50_000, in: registry)
        for index in 0..<50_000 { family[Path(path: "/a/rather/long/path/\(index)")].increment(by: index) }
        var pieces = 0
        #expect(throws: Full.self) {
            try registry.write(as: .prometheusText) { _ throws(Full) in
                pieces += 1
                if pieces == 3 { throw Full() }
            }
        }
        #expect(pieces == 3)
    }
}

struct OwnMetricsTests {
    @Test func tallySeriesCountsTheSamplesOfItsExposition() throws {
        let registry = MetricRegistry()
        _ = Histogram("h", help: "H.", buckets: [1, 2], in: registry)
        let family = Family<Path, Counter>("hits_total", help: "Hits.", in: registry)
        for index in 0..<10 { family[Path(path: "\(index)")].increment() }
        family.remove(Path(path: "3"))
        let parsed = try registry.parsed()
        #expect(parsed["tally_series"] == "\(parsed.samples.count)")
    }

    @Test func scrapeDurationReportsThePreviousScrapeByTheRegistrysClock() throws {
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock)
        ObservedGauge("slow", help: "Slow.", in: registry) {
            clock.advance(by: .milliseconds(250))
            return 1
        }
        #expect(try registry.parsed()["tally_scrape_duration_seconds"] == "0")
        #expect(try registry.parsed()["tally_scrape_duration_seconds"] == "0.25")
    }

    @Test func ownMetricsHaveConstantLabelsButNoPrefix() throws {
        let registry = MetricRegistry(prefix: "chat_", constantLabels: ["zone": "a"])
        #expect(try registry.parsed()["tally_shortened_label_values_total", ("zone", "a")] == "0")
    }

    @Test func everyRejectionReasonIsExposedAtZero() throws {
        let parsed = try MetricRegistry().parsed()
        #expect(parsed.samples(of: "tally_rejected_updates_total").map(\.value) == ["0", "0", "0", "0", "0", "0"])
    }
}
