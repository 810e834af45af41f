import Tally
import TallyTesting
import Testing

/// UTF-8 names at the limits of a registry.
struct UTF8NameEdgeTests {
    @Test(arguments: [1024, 1020, 1018, 1016])
    func namesOfMaximumLengthKeepTheirSampleSuffixes(_ length: Int) throws {
        let registry = MetricRegistry(nameValidation: .utf8, exposesCreated: true, ownMetrics: false)
        let name = String(repeating: "é", count: length / 2)
        try Histogram(validating: name, help: "", buckets: [1], in: registry).observe(1)
        let stem = String(repeating: "ü", count: (length - "_total".utf8.count) / 2)
        try Counter(validating: stem, help: "", in: registry).increment()
        let body = registry.exposition(as: .openMetrics(escaping: .allowUTF8)).body
        let names = try ExpositionParser(.openMetrics).parse(body).samples.map(\.name)
        let histogram = ["_bucket", "_bucket", "_sum", "_count", "_created"].map { name + $0 }
        #expect(names == histogram + ["\(stem)_total", "\(stem)_created"])
    }

    @Test(arguments: ["--name--", "..name__", "_name_", "-_name.-"])
    func labelNamesThatEscapeToTheNameLabelThrow(_ label: String) throws {
        let registry = MetricRegistry(nameValidation: .utf8)
        let error = #expect(throws: RegistrationError.self) {
            try Gauge.family(validating: "g", help: "", labelNames: [label], in: registry)
        }
        #expect(error?.code == .reservedLabelName)
    }

    @Test
    func overflowIsCountedByTheBytesOfTheName() throws {
        // The two names are equal as strings.
        let registry = MetricRegistry(nameValidation: .utf8)
        for (name, overflow) in [("é", 3), ("e\u{301}", 5)] {
            let family = try Gauge.family(validating: name, help: "", labelNames: ["n"], maxChildren: 1, in: registry)
            for number in 0...overflow { family[["\(number)"]].set(1) }
        }
        let parsed = try ExpositionParser(.prometheusText).parse(registry.exposition().body)
        #expect(parsed.samples(of: "tally_family_overflow_total").map(\.value).sorted() == [3, 5])
    }

    /// Counters, because their lines are otherwise copied from memory unchanged.
    @Test
    func everyLineOfACounterFamilyIsEscaped() throws {
        let registry = MetricRegistry(nameValidation: .utf8, ownMetrics: false)
        Counter("a.b", help: "", in: registry).increment()
        let family = try Counter.family(validating: "c", help: "", labelNames: ["x.y", "z"], in: registry)
        for number in 1...3 { family[["\(number)", "\""]].increment() }
        let text = String(decoding: registry.exposition().body, as: UTF8.self)
        #expect(
            text.split(separator: "\n").filter { !$0.hasPrefix("#") } == [
                #"a_b_total 1"#, #"c_total{x_y="1",z="\""} 1"#, #"c_total{x_y="2",z="\""} 1"#,
                #"c_total{x_y="3",z="\""} 1"#,
            ]
        )
    }

    @Test
    func createdNamesAreReservedByTheirFamily() throws {
        let registry = MetricRegistry(exposesCreated: true)
        Counter("jobs", help: "", in: registry).increment()
        let error = #expect(throws: RegistrationError.self) {
            try Gauge(validating: "jobs_created", help: "", in: registry)
        }
        #expect(error?.code == .collidingSamples)
    }
}
