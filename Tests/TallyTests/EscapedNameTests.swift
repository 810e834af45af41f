import TallyTesting
import Testing

@testable import Tally

/// Escaping of names never makes labels reserved, and never changes the unit of a family.
struct EscapedNameTests {
    private static let escapings: [NameEscaping] = [.underscores, .dots, .values, .allowUTF8]

    private enum Phase: String, LabelValue, CaseIterable { case up }

    private func parsed(_ registry: MetricRegistry, _ escaping: NameEscaping) throws -> ParsedExposition {
        let text = registry.exposition(as: .prometheusText(escaping: escaping)).body
        _ = try ExpositionParser(.prometheusText).parse(text)
        return try ExpositionParser(.openMetrics).parse(registry.exposition(as: .openMetrics(escaping: escaping)).body)
    }

    // MARK: Reserved labels

    @Test(arguments: escapings)
    func escapingNeverProducesAReservedLabel(_ escaping: NameEscaping) throws {
        for label in ["_source", "_", "_dot_x", "_a__b", "é", "日本", "1a", "._x", "_é", "-_-"] {
            let registry = try MetricRegistry(
                validatingPrefix: "",
                constantLabels: [(label, "1")],
                nameValidation: .utf8,
                ownMetrics: false
            )
            Counter("a", help: "", in: registry).increment()
            let own = MetricRegistry(nameValidation: .utf8, ownMetrics: false)
            try Gauge.family(validating: "g", help: "", labelNames: [label], in: own)[["1"]].set(1)
            for registry in [registry, own] {
                let name = try #require(try parsed(registry, escaping).samples.first?.labels.first?.name)
                #expect(!name.hasPrefix("__"), "\(label) in \(escaping)")
                #expect(escaping == .allowUTF8 || MetricName.isValidLabel(name), "\(label) in \(escaping)")
            }
        }
    }

    @Test func legacyRegistriesAcceptLabelsWithALeadingUnderscore() throws {
        let registry = MetricRegistry(constantLabels: ["_zone": "eu"], ownMetrics: false)
        try Counter.family(validating: "a", help: "", labelNames: ["_source", "source", "x_y"], in: registry)[
            ["1", "2", "3"]
        ].increment()
        let names = try parsed(registry, .dots).samples.first?.labels.map(\.name)
        #expect(names == ["_zone", "_source", "source", "x__y"])
        #expect(NameEscaping.dots.escaped("_source") == "__source", "metric names are not reserved")
    }

    /// A state set's label has the metric's name in every escaping.
    @Test(arguments: escapings)
    func theLabelOfAStateSetIsNeverReserved(_ escaping: NameEscaping) throws {
        for name in ["_phase", "é.phase", "日本"] {
            let registry = MetricRegistry(nameValidation: .utf8, ownMetrics: false)
            try StateSet<Phase>(validating: name, help: "", in: registry).set(.up)
            let sample = try #require(try parsed(registry, escaping).samples.first)
            #expect(sample.labels.map(\.name) == [sample.name])
            #expect(!sample.name.hasPrefix("__"))
            #expect(
                registry.exposition(for: ScrapeRequest(names: [sample.name])).body != [],
                "a request can select \(sample.name)"
            )
        }
    }

    @Test(arguments: [("_a", "éa"), ("_", "日本"), ("._x", "_x")])
    func labelsThatEscapeToTheSameNameThrow(_ one: String, _ other: String) throws {
        let registry = MetricRegistry(nameValidation: .utf8)
        let error = #expect(throws: RegistrationError.self) {
            try Gauge.family(validating: "g", help: "", labelNames: [one, other], in: registry)
        }
        #expect(error?.code == .duplicateLabelName)
    }

    // MARK: Units

    @Test(arguments: [
        ("wait_seconds", "seconds"), ("http.wait_seconds", "seconds"), ("é_bytes", "bytes"), ("wait.seconds", nil),
        ("http.server.wait.seconds", nil), ("wait-seconds", nil), ("wait.seconds.", nil),
    ])
    func aFamilyHasTheSameUnitInEveryEscaping(_ name: String, _ unit: String?) throws {
        let registry = MetricRegistry(nameValidation: .utf8, ownMetrics: false)
        try Gauge(validating: name, help: "", in: registry).set(1)
        try Histogram(validating: "of_\(name)", help: "", in: registry).observe(1)
        for escaping in Self.escapings {
            #expect(try parsed(registry, escaping).families.map(\.unit) == [unit, unit], "\(escaping)")
        }
    }

    /// "If non-empty, it MUST be a suffix of the MetricFamily name": `dots` leaves an underscore after the unit.
    @Test func aCountersUnitIsLeftOutIfItIsNoSuffixOfTheName() throws {
        let registry = MetricRegistry(ownMetrics: false)
        Counter("work_seconds_total", help: "", in: registry).increment()
        for escaping in Self.escapings {
            #expect(try parsed(registry, escaping).families.first?.unit == (escaping == .dots ? nil : "seconds"))
        }
    }

    // MARK: Negative zero

    @Test func negativeZeroKeepsItsSign() throws {
        let registry = MetricRegistry(ownMetrics: false)
        Gauge("g", help: "", in: registry).set(-0.0)
        let histogram = Histogram("h", help: "", buckets: [-0.0], in: registry)
        histogram.observe(-0.0)
        #expect(registry.text.contains("\ng -0.0\n"))
        #expect(registry.json.contains(#""name":"g","help":"","type":"GAUGE","metrics":[{"value":"-0.0"}]"#))
        #expect(try ExpositionParser(.prometheusText).parse(registry.text).value(of: "g")?.sign == .minus)
        // A sum starts at 0, and 0 + -0.0 is 0.
        #expect(registry.text.contains(#"h_bucket{le="0.0"} 1"#))
        #expect(registry.text.contains("\nh_sum 0\n"))
        #expect(registry.json.contains(#""sum":"0""#))
        #expect(JSONText.number(-0.0).map { String(decoding: $0, as: UTF8.self) } == "-0.0")
        #expect(JSONText.number(0).map { String(decoding: $0, as: UTF8.self) } == "0")
    }
}
