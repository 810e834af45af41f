import Tally
import TallyTestSupport
import TallyTesting
import Testing

/// The full text of every error that a test can meet.
struct ErrorTextTests {
    // MARK: Parsing

    private static func prometheusText(
        _ code: String,
        _ text: String,
        _ lines: String...,
        allowsQuotedNames: Bool = true,
        hasEnd: Bool = true
    ) -> ErrorText {
        ErrorText(code, text) {
            let parser = ExpositionParser(.prometheusText, allowsQuotedNames: allowsQuotedNames)
            _ = try parser.parse(lines.joined(separator: "\n") + (hasEnd ? "\n" : ""))
        }
    }

    private static func openMetrics(
        _ code: String,
        _ text: String,
        _ lines: String...,
        hasEnd: Bool = true
    ) -> ErrorText {
        ErrorText(code, text) {
            let end = hasEnd ? "# EOF\n" : ""
            _ = try ExpositionParser(.openMetrics).parse(lines.map { $0 + "\n" }.joined() + end)
        }
    }

    static let parsing: [ErrorText] = [
        prometheusText(
            "clashingNames",
            #"line 3, column 1: "a" belongs to the family "a" in line 1, but the lines of a family must be contiguous"#,
            "a 1",
            "b 1",
            "# TYPE a gauge"
        ),
        prometheusText(
            "clashingNames",
            #"line 2, column 1: samples named "a_count" could also belong to the family "a_count""#,
            "a_count 1",
            "# TYPE a summary",
            "a_sum 1"
        ),
        prometheusText("duplicateLabel", #"line 1, column 9: the label "b" is repeated"#, #"a{b="c",b="d"} 1"#),
        prometheusText("duplicateSeries", "line 2, column 1: the series a is repeated", "a 1", "a 2"),
        openMetrics(
            "exemplarTooLong",
            "line 1, column 7: the exemplar's labels have 129 code points, more than 128",
            "a 1 # {b=\"\(String(repeating: "x", count: 128))\"} 1"
        ),
        prometheusText(
            "interleaved",
            #"line 3, column 1: "a" belongs to the family "a" in line 1, but the lines of a family must be contiguous"#,
            "a 1",
            "b 1",
            "a 2"
        ),
        openMetrics(
            "interleaved",
            "line 3, column 1: the samples of a metric must be contiguous",
            #"a{b="c"} 1"#,
            #"a{b="d"} 1"#,
            #"a{b="c"} 1"#
        ),
        prometheusText(
            "invalidEscape",
            "line 1, column 10: a backslash may precede only a backslash or n",
            #"# HELP a \x"#
        ),
        prometheusText(
            "invalidEscape",
            "line 1, column 6: a backslash may precede only a backslash, a quote or n",
            #"a{b="\x"} 1"#
        ),
        openMetrics("invalidEscape", "line 1, column 10: a quote must be escaped", #"# HELP a "b""#),
        prometheusText("invalidEscape", "line 1, column 10: the line ends in a backslash", #"# HELP a \"#),
        openMetrics("invalidExemplar", #"line 1, column 6: an exemplar must begin with " # {""#, "a 1 #x"),
        openMetrics("invalidExemplar", "line 1, column 13: nothing may follow the exemplar", "a 1 # {} 1 2 3"),
        openMetrics("invalidExemplar", "line 1, column 9: the exemplar has no value", "a 1 # {}"),
        openMetrics("invalidExemplar", #"line 1, column 10: the exemplar's value "x" is not a number"#, "a 1 # {} x"),
        openMetrics(
            "invalidExemplar",
            "line 2, column 1: the exemplar's value 2 is above its bucket's bound 1",
            "# TYPE a histogram",
            #"a_bucket{le="1"} 1 # {} 2"#
        ),
        openMetrics("invalidExemplar", "line 1, column 10: the exemplar's value is missing", "a 1 # {} "),
        prometheusText(
            "invalidHistogram",
            #"line 3, column 1: "1" must come before "2", and only once"#,
            "# TYPE a histogram",
            #"a_bucket{le="2"} 1"#,
            #"a_bucket{le="1"} 1"#
        ),
        openMetrics(
            "invalidHistogram",
            "line 5, column 1: a histogram with a negative bound must not have a sum",
            "# TYPE a histogram",
            #"a_bucket{le="-1"} 0"#,
            #"a_bucket{le="+Inf"} 1"#,
            "a_count 1",
            "a_sum 1"
        ),
        prometheusText(
            "invalidHistogram",
            #"line 3, column 1: buckets are cumulative, but le="2" has fewer than 2"#,
            "# TYPE a histogram",
            #"a_bucket{le="1"} 2"#,
            #"a_bucket{le="2"} 1"#
        ),
        openMetrics(
            "invalidHistogram",
            "line 3, column 1: sum and count must either both exist or both be absent",
            "# TYPE a histogram",
            #"a_bucket{le="+Inf"} 1"#,
            "a_sum 1"
        ),
        prometheusText(
            "invalidHistogram",
            #"line 2, column 1: the bucket with le="+Inf" is missing"#,
            "# TYPE a histogram",
            #"a_bucket{le="1"} 1"#
        ),
        prometheusText(
            "invalidHistogram",
            #"line 3, column 1: the count is 2, but the bucket with le="+Inf" has 1"#,
            "# TYPE a histogram",
            #"a_bucket{le="+Inf"} 1"#,
            "a_count 2"
        ),
        openMetrics(
            "invalidHistogram",
            "line 5, column 1: the sum is negative, but no bucket has a negative bound",
            "# TYPE a gaugehistogram",
            #"a_bucket{le="1"} 1"#,
            #"a_bucket{le="+Inf"} 1"#,
            "a_gcount 1",
            "a_gsum -1"
        ),
        prometheusText(
            "invalidLabelName",
            "line 1, column 3: expected a label name: [a-zA-Z_][a-zA-Z0-9_]* or quoted",
            #"a{1="b"} 1"#
        ),
        prometheusText("invalidLabelName", "line 1, column 3: names that begin with __ are reserved", #"a{__b="c"} 1"#),
        prometheusText(
            "invalidLabelName",
            "line 1, column 2: quoted names are not allowed here",
            #"{"a.b"} 1"#,
            allowsQuotedNames: false
        ),
        prometheusText("invalidLabelName", "line 1, column 3: the label's name is empty", #"a{""="b"} 1"#),
        prometheusText(
            "invalidLabels",
            "line 1, column 9: a comma or a closing brace must follow a label",
            #"a{b="c" d="e"} 1"#
        ),
        prometheusText("invalidLabels", "line 1, column 4: a label's name must be followed by =", "a{b} 1"),
        prometheusText("invalidLabels", "line 1, column 5: a label's value must begin with a quote", "a{b=c} 1"),
        prometheusText("invalidLabels", "line 1, column 5: the closing quote is missing", #"a{b="c"#),
        prometheusText("invalidMetadata", "line 1, column 3: nothing may follow the type", "# TYPE a gauge b"),
        prometheusText("invalidMetadata", "line 1, column 7: the HELP line has no name", "# HELP"),
        prometheusText("invalidMetadata", "line 1, column 7: the TYPE line has no name", "# TYPE"),
        prometheusText("invalidMetadata", "line 1, column 9: the TYPE line has no type", "# TYPE a"),
        openMetrics("invalidMetadata", "line 1, column 7: the line has no name", "# TYPE"),
        openMetrics("invalidMetadata", "line 1, column 9: the line must not end after its name", "# TYPE a"),
        prometheusText(
            "invalidMetricName",
            "line 1, column 1: expected a metric name: [a-zA-Z_:][a-zA-Z0-9_:]*",
            "9 1"
        ),
        prometheusText(
            "invalidMetricName",
            "line 1, column 9: expected a metric name: [a-zA-Z_:][a-zA-Z0-9_:]* or quoted",
            "# TYPE a-b gauge"
        ),
        prometheusText("invalidMetricName", "line 1, column 3: the metric already has a name", #"a{"b"} 1"#),
        prometheusText("invalidMetricName", "line 1, column 2: the metric's name is empty", #"{""} 1"#),
        prometheusText("invalidMetricName", "line 1, column 1: the sample has no name", "{} 1"),
        prometheusText(
            "invalidMetricName",
            "line 1, column 2: this character is not allowed in a metric name",
            "a-b 1"
        ),
        prometheusText("invalidTimestamp", "line 1, column 7: nothing may follow the timestamp", "a 1 2 3"),
        openMetrics("invalidTimestamp", #"line 1, column 5: the timestamp "x" is not a number of seconds"#, "a 1 x"),
        prometheusText(
            "invalidTimestamp",
            #"line 1, column 5: the timestamp "x" is not a whole number of milliseconds"#,
            "a 1 x"
        ),
        openMetrics(
            "invalidTypeLabel",
            "line 2, column 1: the bound of the last bucket is inf, but must be written +Inf",
            "# TYPE a histogram",
            #"a_bucket{le="inf"} 1"#
        ),
        openMetrics(
            "invalidTypeLabel",
            "line 2, column 1: the label a, which holds the state, is missing",
            "# TYPE a stateset",
            "a 1"
        ),
        openMetrics(
            "invalidTypeLabel",
            #"line 2, column 1: the label quantile is "x", but must be a number"#,
            "# TYPE a summary",
            #"a{quantile="x"} 1"#
        ),
        openMetrics("invalidTypeLabel", "line 2, column 1: the label quantile is missing", "# TYPE a summary", "a 1"),
        openMetrics(
            "invalidTypeLabel",
            "line 2, column 1: the quantile is 2.0, but must be from 0 to 1",
            "# TYPE a summary",
            #"a{quantile="2"} 1"#
        ),
        openMetrics(
            "invalidTypeLabel",
            "line 2, column 1: this sample must not have the label le",
            "# TYPE a histogram",
            #"a_count{le="1"} 1"#
        ),
        openMetrics(
            "invalidTypeValue",
            "line 2, column 1: a count is -1, but must be neither negative nor NaN",
            "# TYPE a summary",
            "a_count -1"
        ),
        openMetrics(
            "invalidTypeValue",
            "line 2, column 1: a count is 0.5, but must be a whole number",
            "# TYPE a summary",
            "a_count 0.5"
        ),
        openMetrics(
            "invalidTypeValue",
            "line 2, column 1: a counter or sum is -1, but must be neither negative nor NaN",
            "# TYPE a counter",
            "a_total -1"
        ),
        openMetrics(
            "invalidTypeValue",
            "line 2, column 1: a creation time is Inf, but must be finite",
            "# TYPE a counter",
            "a_created Inf"
        ),
        openMetrics(
            "invalidTypeValue",
            "line 2, column 1: a sum must not be NaN",
            "# TYPE a gaugehistogram",
            "a_gsum NaN"
        ),
        openMetrics(
            "invalidTypeValue",
            "line 2, column 1: the value of a quantile is -1, but must not be negative",
            "# TYPE a summary",
            #"a{quantile="0.5"} -1"#
        ),
        openMetrics(
            "invalidTypeValue",
            "line 2, column 1: the value of a state is 2, but must be 0 or 1",
            "# TYPE a stateset",
            #"a{a="b"} 2"#
        ),
        openMetrics(
            "invalidTypeValue",
            "line 2, column 1: the value of an info is 2, but must be 1",
            "# TYPE a info",
            "a_info 2"
        ),
        openMetrics(
            "invalidUnit",
            "line 2, column 1: an info or stateset must not have a unit",
            "# TYPE a_b info",
            "# UNIT a_b b"
        ),
        openMetrics("invalidUnit", "line 1, column 1: the name must end in its unit, _b", "# UNIT a b"),
        openMetrics(
            "invalidUnit",
            #"line 1, column 10: the unit "b-c" may contain only the characters of a metric name"#,
            "# UNIT a b-c"
        ),
        openMetrics("invalidValue", "line 1, column 9: a space must precede the value", #"a{b="c"}1"#),
        openMetrics("invalidValue", "line 1, column 2: the sample has no value", "a"),
        prometheusText("invalidValue", #"line 1, column 3: the value "x" is not a number"#, "a x"),
        prometheusText("invalidValue", "line 1, column 3: the value is missing", "a "),
        openMetrics(
            "misplacedExemplar",
            "line 2, column 1: only buckets and the totals of counters may have exemplars",
            "# TYPE a gauge",
            "a 1 # {} 1"
        ),
        prometheusText(
            "misplacedMetadata",
            "line 2, column 1: metadata must precede the family's samples",
            "a 1",
            "# TYPE a gauge"
        ),
        openMetrics("missingEOF", "line 2, column 1: the last line must be # EOF", "a 1", hasEnd: false),
        prometheusText(
            "missingLineFeed",
            "line 1, column 4: the last line must end with a line feed",
            "a 1",
            hasEnd: false
        ),
        prometheusText(
            "repeatedMetadata",
            "line 2, column 1: the family already has a TYPE line",
            "# TYPE a gauge",
            "# TYPE a gauge"
        ),
        openMetrics("textAfterEOF", "line 2, column 1: nothing may follow # EOF", "# EOF", "a 1"),
        openMetrics(
            "timestampOrder",
            "line 2, column 1: only some samples of the metric have timestamps",
            "a 1 5",
            "a 1"
        ),
        openMetrics(
            "timestampOrder",
            "line 2, column 1: the timestamp 4 precedes the previous one, 5",
            "a 1 5",
            "a 1 4"
        ),
        openMetrics("unexpectedLine", "line 1, column 1: OpenMetrics has no blank lines", ""),
        openMetrics("unexpectedLine", "line 1, column 2: OpenMetrics has no comments", "#a"),
        openMetrics("unexpectedLine", "line 1, column 1: a # must begin a HELP, TYPE, UNIT or EOF line", "# A b"),
        prometheusText("unknownType", #"line 1, column 10: the format has no type "hist""#, "# TYPE a hist"),
        openMetrics(
            "wrongSuffix",
            "line 2, column 1: the samples of a counter must end in _total or _created",
            "# TYPE a counter",
            "a 1"
        ),
    ]

    /// Errors of bytes that are not text, and of a registry's own exposition.
    static let unreadable: [ErrorText] = [
        ErrorText("invalidUTF8", "line 2, column 2: the byte 0xFF is not UTF-8 here") {
            _ = try ExpositionParser().parse(Array("a 1\nb".utf8) + [0xFF, 0x0A])
        },
        ErrorText("unknownFormat", "line 1, column 1: application/json is not a text format: accept text/plain") {
            _ = try MetricRegistry().parsed(accept: "application/json")
        },
    ]

    @Test(arguments: parsing + unreadable)
    func parserErrorsGiveThePositionAndTheProblem(_ row: ErrorText) async {
        let error = await #expect(throws: ExpositionError.self) { try await row.provoke() }
        #expect(error?.code.rawValue == row.code)
        #expect(error?.description == row.text)
    }

    // MARK: Lint

    /// A gauge of one name, and a problem with it.
    private static func lint(_ code: String, _ metric: String, _ advice: String, type: String = "gauge") -> ErrorText {
        let text = "# HELP \(metric) Help.\n# TYPE \(metric) \(type)\n\(metric) 1\n"
        return lint(code, metric, advice, in: text)
    }

    private static func lint(_ code: String, _ metric: String, _ advice: String, in text: String) -> ErrorText {
        ErrorText(code, "\(metric): \(advice) [\(code)]") {
            for problem in try ExpositionParser().parse(text).lint() { throw Problem(problem: problem) }
        }
    }

    private struct Problem: Error {
        let problem: LintProblem
    }

    private static let labels = "# HELP mail Help.\n# TYPE mail gauge\nmail{"

    static let lints: [ErrorText] = [
        lint("abbreviatedUnit", "wait_ms", "write out the unit ms"),
        lint("camelCase", "mailQueue", "write the name in snake_case"),
        lint("camelCase", "mail", "write the label roomName in snake_case", in: labels + "roomName=\"a\"} 1\n"),
        lint("colonInName", "a:b", "remove the colon, which is reserved for recording rules"),
        lint("counterWithoutTotal", "mail_sent", "end the name of a counter in _total", type: "counter"),
        lint("missingHelp", "mail", "add a help text", in: "mail 1\n"),
        lint("reservedLabel", "mail", "only histograms have the label le", in: labels + "le=\"1\"} 1\n"),
        lint("reservedLabel", "mail", "only summaries have the label quantile", in: labels + "quantile=\"1\"} 1\n"),
        lint("reservedSuffix", "mail_bucket", "only the samples of histograms end in _bucket"),
        lint("reservedSuffix", "mail_sum", "only the samples of histograms and summaries end in _sum"),
        lint("totalWithoutCounter", "mail_total", "only counters end in _total"),
        lint("typeInName", "mail_gauge", "leave the type gauge out of the name"),
        lint("unitNotBase", "wait_milliseconds", "measure in seconds, not in milliseconds"),
    ]

    @Test(arguments: lints)
    func lintProblemsSayWhatToDo(_ row: ErrorText) async {
        let error = await #expect(throws: Problem.self) { try await row.provoke() }
        #expect(error?.problem.code.rawValue == row.code)
        #expect(error?.problem.description == row.text)
    }

    // MARK: Other errors

    private static func jobs() -> MetricRegistry {
        let registry = MetricRegistry(ownMetrics: false)
        Counter("jobs_total", help: "Jobs.", in: registry).increment()
        return registry
    }

    static let others: [ErrorText] = [
        ErrorText("ambiguousSeries", #"2 series match, so add labels that select one: a{b="c"}, a{b="d"}"#) {
            _ = try ExpositionParser().parse("a{b=\"c\"} 1\na{b=\"d\"} 1\n").value(of: "a")
        },
        ErrorText(
            "ambiguousSeries",
            #"2 series match, so add labels that select one: a_bucket{b="c",le="+Inf"}, a_bucket{b="d",le="+Inf"}"#
        ) {
            let lines = ["# TYPE a histogram", #"a_bucket{b="c",le="+Inf"} 1"#, #"a_bucket{b="d",le="+Inf"} 1"#]
            _ = try ExpositionParser().parse(lines.map { $0 + "\n" }.joined()).histogram(of: "a")
        },
        ErrorText(
            "difference",
            """
            the exposition is not as expected:
              missing:    depth 1
              unexpected: jobs_total 1
            """
        ) { try jobs().expect(text: "depth 1") },
        ErrorText(
            "difference",
            """
            the exposition is not as expected:
              missing:    the family depth
              changed:    jobs_total is 1, expected 2
              changed:    jobs_total is a counter, expected a gauge
              changed:    the help of jobs_total is "Jobs.", expected "Work."
            """
        ) {
            let text = "# TYPE depth gauge\n# HELP jobs_total Work.\n# TYPE jobs_total gauge\njobs_total 2"
            try jobs().expect(text: text)
        },
        ErrorText("lint", "1 problem with metrics:\n  wait_ms: write out the unit ms [abbreviatedUnit]") {
            let registry = MetricRegistry()
            _ = Gauge("wait_ms", help: "Waits.", in: registry)
            try registry.expectNoLint()
        },
    ]

    @Test(arguments: others)
    func otherErrorsListTheSeries(_ row: ErrorText) async {
        let error = await #expect(throws: (any Error).self) { try await row.provoke() }
        #expect(error.map { "\($0)" } == row.text)
    }

    // MARK: Completeness

    @Test func everyPlaceThatMakesAnErrorHasARow() throws {
        let expected = [
            "ExpositionError(": 18, "error(.": 35, "failure(": 19, "invalid(\"": 7, "LintError(": 1,
            "problem(.": 13, "AmbiguousSeriesError(": 2, "ExpositionDifferenceError(": 1,
        ]
        let places = try ErrorText.places(of: expected.keys, in: "TallyTesting")
        #expect(places == expected, "add a row with the text of the new error, then correct the number")
    }
}
