import TallyTesting
import Testing

/// The results of parsing valid expositions.
struct ParsedValueTests {
    @Test func everyPartOfAnOpenMetricsExpositionIsParsed() throws {
        let text = #"""
            # TYPE wait_seconds histogram
            # UNIT wait_seconds seconds
            # HELP wait_seconds Said \"wait\" \\ and\nwaited.
            wait_seconds_bucket{le="0.5",box="a\n\"\\\d"} 1 12.5 # {trace="x"} 0.25 12.125
            wait_seconds_bucket{le="+Inf",box="a\n\"\\\d"} 2 12.5
            # TYPE door stateset
            door{door="open"} 1
            # EOF
            """#
        let exposition = try ExpositionParser(.openMetrics).parse(text)
        #expect(exposition.families.map(\.name) == ["wait_seconds", "door"])
        #expect(exposition.families.map(\.kind) == [.histogram, .stateset])
        #expect(exposition.families.map(\.line) == [1, 6])
        let wait = try #require(exposition.family("wait_seconds"))
        #expect(wait.unit == "seconds")
        #expect(wait.help == "Said \"wait\" \\ and\nwaited.")
        let sample = wait.samples[0]
        #expect(sample.name == "wait_seconds_bucket")
        #expect(sample.line == 4)
        #expect(sample.labels == [ParsedLabel("le", "0.5"), ParsedLabel("box", "a\n\"\\\\d")])
        #expect(sample[label: "box"] == "a\n\"\\\\d")
        #expect(sample.value == 1)
        #expect(sample.timestamp?.text == "12.5")
        #expect(sample.timestamp?.seconds == 12.5)
        #expect(sample.exemplar?.labels == [ParsedLabel("trace", "x")])
        #expect(sample.exemplar?.value == 0.25)
        #expect(sample.exemplar?.timestamp?.seconds == 12.125)
        #expect(wait.samples[1].exemplar == nil)
        #expect(exposition.samples.count == 3)
        #expect(exposition.family("window") == nil)
    }

    @Test func everyPartOfPrometheusTextIsParsed() throws {
        let text = #"""
              # HELP  "my.mail"  the "in" \\ box\nand more
            # TYPE "my.mail" counter
            {"my.mail", "box.id" = "a \"b\"", } +Inf 1500
            plain NaN

            """#
        let exposition = try ExpositionParser(.prometheusText).parse(text)
        #expect(exposition.families.map(\.name) == ["my.mail", "plain"])
        #expect(exposition.families.map(\.help) == ["the \"in\" \\ box\nand more", nil])
        #expect(exposition.families.map(\.kind) == [.counter, .unknown])
        let sample = exposition.samples[0]
        #expect(sample.labels == [ParsedLabel("box.id", "a \"b\"")])
        #expect(sample.value == .infinity)
        #expect(sample.valueText == "+Inf")
        #expect(sample.timestamp?.seconds == 1.5)
        #expect(sample.description == #"{"my.mail","box.id"="a \"b\""} +Inf"#)
        #expect(exposition.samples[1].value.isNaN)
        #expect(exposition.samples[1].description == "plain NaN")
    }

    @Test func numbersAreParsedExactly() throws {
        let numbers: [(String, Double)] = [
            ("0042", 42), ("-0", -0.0), (".5", 0.5), ("5.", 5), ("1E3", 1000), ("1e-400", 0), ("0.1", 0.1),
            ("1.7976931348623157e308", .greatestFiniteMagnitude), ("5e-324", .leastNonzeroMagnitude),
            ("-iNf", -.infinity), ("18446744073709551616", 0x1p64),
        ]
        for (text, value) in numbers {
            let sample = try ExpositionParser(.openMetrics).parse("mail \(text)\n# EOF").samples[0]
            #expect(sample.value.bitPattern == value.bitPattern, "\(text)")
            #expect(sample.valueText == text)
        }
    }

    @Test func quotedNamesAreRejectedUnlessAllowed() throws {
        let names: [(String, ExpositionError.Code)] = [
            (#"{"my.mail"} 1"#, .invalidLabelName), (#"mail{"a.b"="c"} 1"#, .invalidLabelName),
            (#"# TYPE "my.mail" gauge"#, .invalidMetricName),
        ]
        for syntax in [ExpositionParser.Syntax.prometheusText, .openMetrics] {
            for (line, code) in names {
                let text = line + "\n" + (syntax == .openMetrics ? "# EOF\n" : "")
                _ = try ExpositionParser(syntax).parse(text)
                let error = #expect(throws: ExpositionError.self) {
                    try ExpositionParser(syntax, allowsQuotedNames: false).parse(text)
                }
                #expect(error?.code == code)
            }
        }
    }

    @Test func errorsNameTheLineAndTheByte() throws {
        let error = #expect(throws: ExpositionError.self) {
            try ExpositionParser().parse("# TYPE mail gauge\nmail{a=\"é\",b=c} 1\n")
        }
        #expect(error?.description == "line 2, column 15: a label's value must begin with a quote")
        let bytes = Array("mail 1\nbox{a=\"".utf8) + [0x80] + Array("\"} 1\n".utf8)
        let encoding = #expect(throws: ExpositionError.self) { try ExpositionParser().parse(bytes) }
        #expect(encoding?.line == 2)
        #expect(encoding?.column == 8)
    }

    @Test(.timeLimit(.minutes(5)), arguments: [ExpositionParser.Syntax.prometheusText, .openMetrics])
    func parsingTimeIsProportionalToTheLength(_ syntax: ExpositionParser.Syntax) throws {
        let count = 20_000
        let end = syntax == .openMetrics ? "# EOF\n" : ""
        let labels = (0..<count).map { "l\($0)=\"\($0)\"" }.joined(separator: ",")
        let lines = (0..<count).map { "mail{n=\"\($0)\"} 1\n" }.joined()
        let families = (0..<count).map { "# TYPE f\($0) gauge\nf\($0) 1\n" }.joined()
        let buckets = (0..<count).map { "h_bucket{le=\"\($0)\"} 1\n" }.joined() + "h_bucket{le=\"+Inf\"} 1\n"
        let digits = String(repeating: "7", count: 200_000)
        let texts = [
            "mail{\(labels)} 1\n", lines, families, "# TYPE h histogram\n" + buckets,
            "mail 0.\(digits)\n", "mail{a=\"\(digits)\"} 1\n", "# HELP mail \(digits)\n",
            "mail{a=\"\(String(repeating: "\\\\", count: 100_000))\"} 1\n",
        ]
        for text in texts { _ = try ExpositionParser(syntax).parse(text + end) }
        let refused = [
            String(repeating: "\n", count: 100_000) + "mail", String(repeating: "{", count: 200_000),
            String(repeating: "# HELP ", count: 100_000), "mail \(digits)e\(digits)\n" + end,
            "mail 1 \(digits)\(digits)\n",
        ]
        for text in refused { #expect(throws: ExpositionError.self) { try ExpositionParser(syntax).parse(text) } }
    }
}
