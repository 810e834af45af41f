import Tally
import TallyTesting
import Testing

/// Names beyond `[a-zA-Z_:][a-zA-Z0-9_:]*`, and their form for each kind of scraper.
struct UTF8NameTests {
    private enum Phase: String, LabelValue, CaseIterable { case on, off }

    private func registry() throws -> MetricRegistry {
        let registry = MetricRegistry(
            constantLabels: ["host.name": "a\"b"],
            nameValidation: .utf8,
            ownMetrics: false
        )
        Counter("http.requests", help: "Requests.", in: registry).increment(by: 3)
        let byRoute = try FloatCounter.family(
            validating: "röute_seconds_total",
            help: "Time.",
            labelNames: ["http.route", "method"],
            in: registry
        )
        byRoute[["/\"x\\\n", "get"]].increment(by: 1.5)
        Histogram("db.latency_seconds", help: "Latency.", buckets: [0.5], in: registry).observe(0.25)
        StateSet<Phase>("my phase", help: "Phase.", in: registry).set(.on)
        Info("the build", help: "Build.", labels: ["git.sha": "1"], in: registry)
        return registry
    }

    private func text(_ format: ExpositionFormat) throws -> String {
        String(decoding: try registry().exposition(as: format).body, as: UTF8.self)
    }

    @Test
    func namesAreQuotedForScrapersThatAllowUTF8() throws {
        #expect(
            try text(.prometheusText(escaping: .allowUTF8)) == #"""
                # HELP "db.latency_seconds" Latency.
                # TYPE "db.latency_seconds" histogram
                {"db.latency_seconds_bucket","host.name"="a\"b",le="0.5"} 1
                {"db.latency_seconds_bucket","host.name"="a\"b",le="+Inf"} 1
                {"db.latency_seconds_sum","host.name"="a\"b"} 0.25
                {"db.latency_seconds_count","host.name"="a\"b"} 1
                # HELP "http.requests_total" Requests.
                # TYPE "http.requests_total" counter
                {"http.requests_total","host.name"="a\"b"} 3
                # HELP "my phase" Phase.
                # TYPE "my phase" gauge
                {"my phase","host.name"="a\"b","my phase"="on"} 1
                {"my phase","host.name"="a\"b","my phase"="off"} 0
                # HELP "röute_seconds_total" Time.
                # TYPE "röute_seconds_total" counter
                {"röute_seconds_total","host.name"="a\"b","http.route"="/\"x\\\n",method="get"} 1.5
                # HELP "the build_info" Build.
                # TYPE "the build_info" gauge
                {"the build_info","host.name"="a\"b","git.sha"="1"} 1

                """#
        )
    }

    @Test
    func namesAreEscapedWithUnderscoresForOtherScrapers() throws {
        let expected = #"""
            # HELP db_latency_seconds Latency.
            # TYPE db_latency_seconds histogram
            db_latency_seconds_bucket{host_name="a\"b",le="0.5"} 1
            db_latency_seconds_bucket{host_name="a\"b",le="+Inf"} 1
            db_latency_seconds_sum{host_name="a\"b"} 0.25
            db_latency_seconds_count{host_name="a\"b"} 1
            # HELP http_requests_total Requests.
            # TYPE http_requests_total counter
            http_requests_total{host_name="a\"b"} 3
            # HELP my_phase Phase.
            # TYPE my_phase gauge
            my_phase{host_name="a\"b",my_phase="on"} 1
            my_phase{host_name="a\"b",my_phase="off"} 0
            # HELP r_ute_seconds_total Time.
            # TYPE r_ute_seconds_total counter
            r_ute_seconds_total{host_name="a\"b",http_route="/\"x\\\n",method="get"} 1.5
            # HELP the_build_info Build.
            # TYPE the_build_info gauge
            the_build_info{host_name="a\"b",git_sha="1"} 1

            """#
        #expect(try text(.prometheusText) == expected)
        #expect(try text(.prometheusText(escaping: .underscores)) == expected)
    }

    @Test
    func openMetricsNamesAreEscapedWithDotsAndValues() throws {
        let dots = try text(.openMetrics(escaping: .dots))
        #expect(dots.contains("# TYPE db_dot_latency__seconds histogram\n# UNIT db_dot_latency__seconds seconds\n"))
        #expect(dots.contains(#"db_dot_latency__seconds_bucket{host_dot_name="a\"b",le="0.5"} 1"#))
        #expect(dots.contains("# TYPE http_dot_requests_ counter\n"))
        #expect(dots.contains(#"http_dot_requests__total{host_dot_name="a\"b"} 3"#))
        #expect(dots.contains("# TYPE my__phase stateset\n"))
        #expect(dots.contains(#"my__phase{host_dot_name="a\"b",my__phase="on"} 1"#))
        let values = try text(.openMetrics(escaping: .values))
        #expect(values.contains("# TYPE U__r_f6_ute__seconds_ counter\n"))
        #expect(
            values.contains(
                #"U__r_f6_ute__seconds__total{U__host_2e_name="a\"b",U__http_2e_route="/\"x\\\n",method="get"} 1.5"#
            )
        )
        #expect(values.contains("# TYPE U__the_20_build_ info\n"))
        #expect(values.contains(#"U__the_20_build__info{U__host_2e_name="a\"b",U__git_2e_sha="1"} 1"#))
    }

    @Test(arguments: [NameEscaping.underscores, .dots, .values, .allowUTF8])
    func theParserReadsNamesInEveryEscaping(_ escaping: NameEscaping) throws {
        for (format, syntax) in [
            (ExpositionFormat.prometheusText(escaping: escaping), ExpositionParser(.prometheusText)),
            (.openMetrics(escaping: escaping), ExpositionParser(.openMetrics)),
        ] {
            let parsed = try syntax.parse(try registry().exposition(as: format).body)
            #expect(parsed.families.count == 5)
            #expect(parsed.samples.count == 9)
        }
    }

    @Test
    func jsonHasUnescapedNames() throws {
        let json = try text(.json)
        #expect(json.contains(#"{"name":"http.requests_total","#))
        #expect(json.contains(#"{"labels":{"host.name":"a\"b","http.route":"/\"x\\\n","method":"get"},"value":"1.5"}"#))
        let registry = MetricRegistry(nameValidation: .utf8, ownMetrics: false)
        Gauge("a\"\u{1}", help: "", in: registry).set(1)
        #expect(
            String(decoding: registry.exposition(as: .json).body, as: UTF8.self).contains(#""name":"a\"\u0001""#)
        )
    }

    @Test
    func namesAreEscapedAsSpecified() {
        let cases: [(String, underscores: String, dots: String, values: String)] = [
            ("plain", "plain", "plain", "plain"),
            ("with_underscore:colon", "with_underscore:colon", "with__underscore:colon", "with_underscore:colon"),
            ("my.dotted_name", "my_dotted_name", "my_dot_dotted__name", "U__my_2e_dotted__name"),
            ("0first", "_first", "__first", "U___30_first"),
            ("a b", "a_b", "a__b", "U__a_20_b"),
            ("花", "_", "__", "U___82b1_"),
            ("🚀x", "_x", "__x", "U___1f680_x"),
            ("e\u{301}", "e_", "e__", "U__e_301_"),
            ("\u{0}", "_", "__", "U___0_"),
        ]
        for name in cases {
            #expect(NameEscaping.underscores.escaped(name.0) == name.underscores)
            #expect(NameEscaping.dots.escaped(name.0) == name.dots)
            #expect(NameEscaping.values.escaped(name.0) == name.values)
            #expect(NameEscaping.allowUTF8.escaped(name.0) == name.0)
        }
        #expect(NameEscaping.underscores.escaped("a:b", asLabel: true) == "a_b")
        #expect(NameEscaping.values.escaped("a:b", asLabel: true) == "U__a_3a_b")
    }

    @Test
    func escapingLeavesLegacyNamesUnchanged() throws {
        let registry = MetricRegistry(ownMetrics: false)
        Counter("a_total", help: "", in: registry).increment()
        let plain = registry.exposition().body
        for escaping in [NameEscaping.underscores, .values, .allowUTF8] {
            #expect(registry.exposition(as: .prometheusText(escaping: escaping)).body == plain)
        }
        // Except with `dots`, which doubles underscores so that names can be decoded.
        #expect(
            String(decoding: registry.exposition(as: .prometheusText(escaping: .dots)).body, as: UTF8.self)
                == "# HELP a__total \n# TYPE a__total counter\na__total 1\n"
        )
    }

    // MARK: Registration

    @Test
    func namesThrowUnlessTheRegistryAcceptsThem() throws {
        let registry = MetricRegistry()
        let error = #expect(throws: RegistrationError.self) { try Gauge(validating: "a.b", help: "", in: registry) }
        #expect(error?.code == .invalidMetricName)
        let labels = #expect(throws: RegistrationError.self) {
            try Gauge.family(validating: "a", help: "", labelNames: ["b.c"], in: registry)
        }
        #expect(labels?.code == .invalidLabelName)
        let utf8 = MetricRegistry(nameValidation: .utf8)
        #expect(throws: RegistrationError.self) { try Gauge(validating: "", help: "", in: utf8) }
        #expect(throws: RegistrationError.self) {
            try Gauge.family(validating: "a", help: "", labelNames: [""], in: utf8)
        }
    }

    @Test(arguments: [("a.b", "a-b"), ("a.b", "a_b"), ("U__a_2e_b", "a.b"), ("x.y", "x y"), ("é", "ü")])
    func namesThatEscapeToTheSameNameThrow(_ one: String, _ other: String) throws {
        let registry = MetricRegistry(nameValidation: .utf8)
        _ = try Gauge(validating: one, help: "", in: registry)
        let error = #expect(throws: RegistrationError.self) { try Gauge(validating: other, help: "", in: registry) }
        #expect(error?.code == .collidingSamples)
        let labels = #expect(throws: RegistrationError.self) {
            try Gauge.family(validating: "labelled", help: "", labelNames: [one, other], in: registry)
        }
        #expect(labels?.code == .duplicateLabelName)
    }

    @Test
    func escapedSampleNamesCollideToo() throws {
        let registry = MetricRegistry(nameValidation: .utf8)
        _ = Histogram("db.latency", help: "", in: registry)
        for name in ["db.latency_count", "db_latency_sum", "U__db_2e_latency_bucket"] {
            let error = #expect(throws: RegistrationError.self) { try Gauge(validating: name, help: "", in: registry) }
            #expect(error?.code == .collidingSamples, "\(name)")
        }
    }

    @Test
    func namesAreComparedByBytes() throws {
        // The two names are equal as strings.
        let registry = MetricRegistry(nameValidation: .utf8, ownMetrics: false)
        _ = try Gauge(validating: "é", help: "composed", in: registry)
        _ = try Gauge(validating: "e\u{301}", help: "decomposed", in: registry)
        let exposition = registry.exposition(as: .prometheusText(escaping: .allowUTF8))
        let parsed = try ExpositionParser(.prometheusText).parse(exposition.body)
        #expect(parsed.families.count == 2)
    }

    @Test
    func labelNamesHaveTheirOwnRules() {
        let registry = MetricRegistry(nameValidation: .utf8)
        let error = #expect(throws: RegistrationError.self) {
            try Gauge.family(validating: "g", help: "", labelNames: ["__a"], in: registry)
        }
        #expect(error?.code == .invalidLabelName)
        #expect(throws: Never.self) {
            try Gauge.family(validating: "g", help: "", labelNames: ["花火", "a:b"], in: registry)
        }
        #expect(throws: RegistrationError.self) { try StateSet<Phase>(validating: "a:b.c", help: "", in: registry) }
    }

    @Test
    func familiesCanBeRequestedByAnyEscapedName() throws {
        let registry = try registry()
        let names = [
            "http.requests_total", "http_requests_total", "U__http_2e_requests__total", "http.requests",
            "http_dot_requests__total", "http_dot_requests_",
        ]
        for name in names {
            let body = registry.exposition(for: ScrapeRequest(names: [name])).body
            #expect(String(decoding: body, as: UTF8.self).hasSuffix("http_requests_total{host_name=\"a\\\"b\"} 3\n"))
            #expect(String(decoding: body, as: UTF8.self).split(separator: "\n").count == 3)
        }
        #expect(registry.unregister("http.requests_total"))
        for name in names { #expect(registry.exposition(for: ScrapeRequest(names: [name])).body.isEmpty, "\(name)") }
    }

    @Test
    func escapingIsNegotiated() {
        let prometheus3 =
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
        #expect(ScrapeRequest(accept: prometheus3).format == .openMetrics(escaping: .allowUTF8))
        let cases: [(String, ExpositionFormat)] = [
            ("text/plain;version=1.0.0;escaping=allow-utf-8", .prometheusText(escaping: .allowUTF8)),
            ("text/plain;version=1.0.0;escaping=dots", .prometheusText(escaping: .dots)),
            ("text/plain;version=1.0.0;escaping=\"values\"", .prometheusText(escaping: .values)),
            ("text/plain;version=1.0.0", .prometheusText(escaping: .underscores)),
            ("text/plain;version=1.0.0;escaping=runes", .prometheusText(escaping: .underscores)),
            // Only the newer formats have the parameter.
            ("text/plain;version=0.0.4;escaping=allow-utf-8", .prometheusText),
            ("text/plain;escaping=allow-utf-8", .prometheusText),
            ("text/plain;version=1.0.0;escaping=dots;q=0.1,text/plain;version=0.0.4", .prometheusText),
            ("application/openmetrics-text;escaping=values", .openMetrics(escaping: .values)),
            // The escaping of the preferred format.
            (
                "application/openmetrics-text;escaping=dots,application/openmetrics-text;version=1.0.0;escaping=values",
                .openMetrics(escaping: .values)
            ),
        ]
        for (accept, format) in cases {
            #expect(ScrapeRequest(accept: accept).format == format, "\(accept)")
        }
        #expect(
            ExpositionFormat.prometheusText(escaping: .allowUTF8).contentType
                == "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8"
        )
        #expect(
            ExpositionFormat.openMetrics(escaping: .dots).contentType
                == "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=dots"
        )
    }
}
