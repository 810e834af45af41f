import Testing

@testable import Tally

struct RegistrationTests {
    let registry = MetricRegistry()

    private func code(_ register: () throws(RegistrationError) -> Void) -> RegistrationError.Code? {
        do {
            try register()
            return nil
        } catch {
            return error.code
        }
    }

    @Test(arguments: ["a", "A", "_", ":", "a:b", "a9", "_9", "node_cpu_seconds"])
    func validMetricNamesAreAccepted(_ name: String) {
        #expect(code { () throws(RegistrationError) in _ = try Gauge(validating: name, help: "", in: registry) } == nil)
    }

    @Test(arguments: [
        "", "9lives", "a b", "a-b", "a.b", "a\n", "a\0", "é", "a\u{301}", "1\u{FE0F}\u{20E3}", "ａ", "a٣", " a", "a{",
        "\u{212A}",
    ])
    func invalidMetricNamesThrow(_ name: String) {
        #expect(
            code { () throws(RegistrationError) in _ = try Gauge(validating: name, help: "", in: registry) }
                == .invalidMetricName
        )
    }

    @Test(arguments: ["_total", "_info"])
    func aNameOfOnlyASuffixIsInvalid(_ name: String) {
        #expect(
            code { () throws(RegistrationError) in
                if name == "_total" {
                    _ = try Counter(validating: name, help: "", in: registry)
                } else {
                    _ = try Info(validating: name, help: "", labels: [], in: registry)
                }
            } == .invalidMetricName
        )
    }

    @Test(arguments: [
        ("", RegistrationError.Code.invalidLabelName), ("9", .invalidLabelName), ("a:b", .invalidLabelName),
        ("__name__", .invalidLabelName), ("__x", .invalidLabelName), ("é", .invalidLabelName),
        ("a b", .invalidLabelName),
        ("le", .reservedLabelName), ("_le", nil), ("_", nil), ("quantile", nil),
    ])
    func labelNamesAreValidated(_ name: String, _ expected: RegistrationError.Code?) {
        #expect(
            code { () throws(RegistrationError) in
                _ = try Histogram.family(validating: "h", help: "", labelNames: [name], in: registry)
            } == expected
        )
    }

    @Test func onlyHistogramsReserveTheLabelLe() throws {
        _ = try Counter.family(validating: "hits", help: "", labelNames: ["le"], in: registry)
    }

    @Test func duplicateLabelNamesThrow() {
        #expect(
            code { () throws(RegistrationError) in
                _ = try Counter.family(validating: "hits", help: "", labelNames: ["a", "b", "a"], in: registry)
            } == .duplicateLabelName
        )
        #expect(
            code { () throws(RegistrationError) in
                let registry = try MetricRegistry(validatingPrefix: "", constantLabels: [("zone", "a")])
                _ = try Counter.family(validating: "hits", help: "", labelNames: ["zone"], in: registry)
            } == .duplicateLabelName
        )
    }

    @Test func registriesValidateTheirPrefixAndConstantLabels() {
        #expect(
            code { () throws(RegistrationError) in _ = try MetricRegistry(validatingPrefix: "9") } == .invalidMetricName
        )
        for name in ["", "a-b", "__a"] {
            #expect(
                code { () throws(RegistrationError) in
                    _ = try MetricRegistry(validatingPrefix: "", constantLabels: [(name, "x")])
                } == .invalidLabelName
            )
        }
        #expect(
            code { () throws(RegistrationError) in
                _ = try MetricRegistry(validatingPrefix: "", constantLabels: [("a", "x"), ("a", "y")])
            } == .duplicateLabelName
        )
    }

    @Test func registeringTheSameDefinitionTwiceSharesTheInstrument() throws {
        let one = Counter("jobs_total", help: "Jobs.", in: registry)
        let two = try Counter(validating: "jobs_total", help: "Jobs.", in: registry)
        let three = Counter("jobs", help: "Jobs.", in: registry)
        one.increment()
        two.increment()
        three.increment()
        #expect(one.value == 3)
        let histogram = Histogram("h", help: "H.", in: registry)
        Histogram("h", help: "H.", buckets: .latency, in: registry).observe(1)
        #expect(histogram.count == 1)
        #expect(try registry.parsed().samples(of: "jobs_total").count == 1)
    }

    @Test func conflictingDefinitionsThrow() throws {
        _ = Counter("jobs_total", help: "Jobs.", in: registry)
        _ = Histogram("h", help: "H.", buckets: [1], in: registry)
        let attempts: [() throws -> Void] = [
            { _ = try Counter(validating: "jobs_total", help: "Other.", in: registry) },
            { _ = try FloatCounter(validating: "jobs_total", help: "Jobs.", in: registry) },
            { _ = try Gauge(validating: "jobs_total", help: "Jobs.", in: registry) },
            { _ = try Counter.family(validating: "jobs_total", help: "Jobs.", labelNames: ["a"], in: registry) },
            { _ = try Histogram(validating: "h", help: "H.", buckets: [2], in: registry) },
            { try ObservedGauge(validating: "jobs_total", help: "Jobs.", in: registry) { 1 } },
        ]
        for attempt in attempts {
            let error = #expect(throws: RegistrationError.self) { try attempt() }
            #expect(error?.code == .conflictingDefinition)
        }
        #expect(try registry.parsed()["jobs_total"] == "0")
    }

    @Test func aGaugeConflictsWithAnObservedGaugeOfTheSameName() throws {
        _ = Gauge("depth", help: "Depth.", in: registry)
        let error = #expect(throws: RegistrationError.self) {
            try ObservedGauge(validating: "depth", help: "Depth.", in: registry) { 1 }
        }
        #expect(error?.code == .conflictingDefinition)
    }

    @Test(arguments: ["h_bucket", "h_count", "h_sum", "h_created"])
    func collidingSampleNamesThrowInEitherOrder(_ name: String) throws {
        let first = MetricRegistry()
        _ = Histogram("h", help: "H.", in: first)
        #expect(
            code { () throws(RegistrationError) in _ = try Gauge(validating: name, help: "", in: first) }
                == .collidingSamples
        )
        let second = MetricRegistry()
        _ = try Gauge(validating: name, help: "", in: second)
        #expect(
            code { () throws(RegistrationError) in _ = try Histogram(validating: "h", help: "", in: second) }
                == .collidingSamples
        )
        #expect(try second.parsed()["h_count"] == (name == "h_count" ? "0" : nil))
    }

    @Test func countersAndInfosAlsoReserveTheNameWithoutSuffix() {
        _ = Counter("jobs_total", help: "", in: registry)
        #expect(
            code { () throws(RegistrationError) in _ = try Gauge(validating: "jobs", help: "", in: registry) }
                == .collidingSamples
        )
        Info("build", help: "", labels: [:], in: registry)
        #expect(
            code { () throws(RegistrationError) in _ = try Gauge(validating: "build", help: "", in: registry) }
                == .collidingSamples
        )
    }

    @Test(arguments: [0, -1, Int.min, 2_000_000_001, Int.max])
    func limitsOutOfRangeThrow(_ limit: Int) {
        #expect(
            code { () throws(RegistrationError) in
                _ = try Counter.family(
                    validating: "hits",
                    help: "",
                    labelNames: ["a"],
                    maxChildren: limit,
                    in: registry
                )
            } == .invalidLimit
        )
    }

    @Test(arguments: [
        [1, 1], [2, 1], [.nan], [1, .nan], [-.infinity, 1], [.infinity, .infinity], [0, -0.0],
    ])
    func bucketBoundsThatDoNotIncreaseThrow(_ bounds: [Double]) {
        #expect(
            code { () throws(RegistrationError) in
                _ = try Histogram(validating: "h", help: "", buckets: Buckets(bounds), in: registry)
            } == .invalidBuckets
        )
    }

    @Test func tooManyBucketsThrow() {
        #expect(
            code { () throws(RegistrationError) in
                _ = try Histogram(
                    validating: "h",
                    help: "",
                    buckets: .linear(start: 0, width: 1, count: 513),
                    in: registry
                )
            } == .invalidBuckets
        )
    }

    @Test func nameLengthsAndLabelCountsAreLimited() {
        let long = String(repeating: "a", count: 1025)
        #expect(
            code { () throws(RegistrationError) in _ = try Gauge(validating: long, help: "", in: registry) }
                == .invalidMetricName
        )
        for (names, expected) in [
            ([long], RegistrationError.Code.invalidLabelName), ((0..<65).map { "l\($0)" }, .tooManyLabels),
        ] {
            #expect(
                code { () throws(RegistrationError) in
                    _ = try Gauge.family(validating: "g", help: "", labelNames: names, in: registry)
                } == expected
            )
        }
    }

    @Test func anInfiniteLastBoundIsTheImplicitBucket() throws {
        _ = try Histogram(validating: "h", help: "", buckets: [1, .infinity], in: registry)
        #expect(try registry.parsed().samples(of: "h_bucket").count == 2)
    }

    @Test func manyFamiliesAreExposedSortedByName() throws {
        for index in (0..<5000).reversed() {
            _ = try Counter(validating: "c\(index)_total", help: "C.", in: registry)
        }
        let names = try registry.parsed().types.map(\.name)
        #expect(names.count > 5000)
        #expect(names == names.sorted())
    }
}

/// Invalid literals are programming errors: they trap at registration, with a message that names the metric.
struct TrapTests {
    struct TwiceTheSame: LabelSet {
        var one: String
        static let schema: [Tally.Label<Self>] = [Label("one", \.one), Label("one", \.one)]
    }

    private func message(_ result: ExitTest.Result?) -> String {
        String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    }

    @Test func anInvalidNameTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Counter("jobs-total", help: "Jobs.", in: MetricRegistry())
        }
        #expect(message(result).contains(#"Tally: "jobs-total" is not a valid metric name"#))
    }

    @Test func aConflictTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let registry = MetricRegistry()
            _ = Counter("jobs_total", help: "Jobs.", in: registry)
            _ = Gauge("jobs_total", help: "Jobs.", in: registry)
        }
        #expect(message(result).contains(#"Tally: "jobs_total" is already registered"#))
    }

    @Test func aSchemaWithADuplicateLabelTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Family<TwiceTheSame, Gauge>("depth", help: "Depth.", in: MetricRegistry())
        }
        #expect(message(result).contains(#"Tally: "depth" has the label "one" and another that is equal"#))
    }

    @Test func bucketBoundsThatDoNotIncreaseTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Histogram("h", help: "H.", buckets: [2, 1], in: MetricRegistry())
        }
        #expect(message(result).contains(#"Tally: "h" has the bucket bound 1.0 after 2.0: bounds must"#))
    }

    @Test func anInvalidConstantLabelTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = MetricRegistry(constantLabels: ["__zone": "a"])
        }
        #expect(message(result).contains(#"has the label "__zone""#))
    }

    @Test func anInvalidInfoLabelTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Info("build", help: "Build.", labels: ["a-b": "c"], in: MetricRegistry())
        }
        #expect(message(result).contains(#"Tally: "build_info" has the label "a-b""#))
    }

    @Test func errorsCarryTheNameThatTheCallerPassed() throws {
        let registry = try MetricRegistry(validatingPrefix: "chat_")
        _ = try Counter(validating: "jobs", help: "Jobs.", in: registry)
        let errors = [
            #expect(throws: RegistrationError.self) { try Counter(validating: "jobs", help: "Others.", in: registry) },
            #expect(throws: RegistrationError.self) {
                try Counter.family(validating: "jobs", help: "", labelNames: ["a-b"], in: registry)
            },
            #expect(throws: RegistrationError.self) {
                try Counter.family(validating: "jobs", help: "", labelNames: [], maxChildren: 0, in: registry)
            },
            #expect(throws: RegistrationError.self) { try Gauge(validating: "jobs_created", help: "", in: registry) },
        ]
        #expect(errors.map { $0?.name } == ["jobs", "jobs", "jobs", "jobs_created"])
        // The description has the name as exposed.
        #expect(errors[0]?.description.hasPrefix(#""chat_jobs_total" is already registered"#) == true)
    }
}
