extension ParserCase {
    static let openMetricsExemplars: [ParserCase] = [
        good("a counter's exemplar", "# TYPE mail counter", #"mail_total 5 # {trace="a"} 0.5"#),
        good("exemplars with times", "# TYPE mail counter", #"mail_total{} 5 123 # {trace="a"} 0.5 120.25"#),
        good(
            "an exemplar at its bucket's bound",
            "# TYPE wait histogram",
            #"wait_bucket{le="1.0"} 1 # {} 1"#,
            #"wait_bucket{le="+Inf"} 1 # {} 1e9"#
        ),
        good("an exemplar without labels", "# TYPE mail counter", "mail_total 5 # {} 1"),
        good(
            "a histogram's exemplars",
            "# TYPE wait histogram",
            #"wait_bucket{le="1.0"} 1 # {trace="a"} 0.5"#,
            #"wait_bucket{le="+Inf"} 2 # {trace="b",span="c"} 4 1.5"#
        ),
        good(
            "a gauge histogram's exemplar",
            "# TYPE wait gaugehistogram",
            #"wait_bucket{le="+Inf"} 2 9 # {trace="b"} 4"#
        ),
        good(
            "hashes and braces in exemplars",
            "# TYPE mail counter",
            ##"mail_total{a=" # {"} 5 # {b="c # } d",e="} 1"} 2"##
        ),
        good("an exemplar's negative value", "# TYPE mail counter", "mail_total 5 # {} -1"),
        good(
            "128 characters",
            "# TYPE mail counter",
            "mail_total 5 # {trace=\"\(String(repeating: "x", count: 123))\"} 1"
        ),
        good(
            "128 characters of several bytes",
            "# TYPE mail counter",
            "mail_total 5 # {trace=\"\(String(repeating: "東", count: 123))\"} 1"
        ),
        good("a quoted label in an exemplar", "# TYPE mail counter", #"mail_total 5 # {"trace.id"="a"} 1"#),
        bad(
            "exemplarTooLong",
            2,
            "129 characters",
            "# TYPE mail counter",
            "mail_total 5 # {trace=\"\(String(repeating: "x", count: 124))\"} 1"
        ),
        bad(
            "exemplarTooLong",
            2,
            "129 code points in fewer characters",
            "# TYPE mail counter",
            "mail_total 5 # {trace=\"\(String(repeating: "e\u{301}", count: 62))\"} 1"
        ),
        bad(
            "exemplarTooLong",
            2,
            "129 characters in two labels",
            "# TYPE mail counter",
            "mail_total 5 # {a=\"\(String(repeating: "x", count: 63))\",b=\"\(String(repeating: "x", count: 64))\"} 1"
        ),
        bad("invalidExemplar", 2, "a hash without an exemplar", "# TYPE mail counter", "mail_total 1 #"),
        bad("invalidExemplar", 2, "a hash and a space", "# TYPE mail counter", "mail_total 1 # "),
        bad("invalidValue", 2, "no space before the hash", "# TYPE mail counter", "mail_total 1# {} 1"),
        bad("invalidExemplar", 2, "no space after the hash", "# TYPE mail counter", "mail_total 1 #{} 1"),
        bad("invalidExemplar", 2, "no space before the exemplar's value", "# TYPE mail counter", "mail_total 1 # {}1"),
        bad("invalidExemplar", 2, "no exemplar's value", "# TYPE mail counter", "mail_total 1 # {}"),
        bad(
            "invalidExemplar",
            2,
            "two spaces for an exemplar's value",
            "# TYPE mail counter",
            #"mail_total 1 1 # {id="a"}  "#
        ),
        bad("invalidTimestamp", 2, "a space after the exemplar", "# TYPE mail counter", "mail_total 1 # {} 1 "),
        bad("invalidExemplar", 2, "a space after the exemplar's time", "# TYPE mail counter", "mail_total 1 # {} 1 1 "),
        bad("invalidExemplar", 2, "a word after the exemplar's time", "# TYPE mail counter", "mail_total 1 # {} 1 1 2"),
        bad("invalidExemplar", 2, "a hexadecimal exemplar", "# TYPE mail counter", "mail_total 1 # {} 0x1p-3"),
        bad(
            "invalidTimestamp",
            2,
            "a hexadecimal time of an exemplar",
            "# TYPE mail counter",
            "mail_total 1 # {} 1 0x1p-3"
        ),
        bad("invalidTimestamp", 2, "an exemplar's time that is NaN", "# TYPE mail counter", "mail_total 1 # {} 1 NaN"),
        bad(
            "invalidTimestamp",
            2,
            "an exemplar's time that is infinite",
            "# TYPE mail counter",
            "mail_total 1 # {} 1 -Inf"
        ),
        bad("invalidExemplar", 2, "no opening brace", "# TYPE mail counter", ##"mail_total 1 1 # id="a"} 1"##),
        bad(
            "invalidExemplar",
            2,
            "no opening brace, and a hash",
            "# TYPE mail counter",
            ##"mail_total 1 1 #id=" # "} 1"##
        ),
        bad("invalidExemplar", 2, "no hash", "# TYPE mail counter", ##"mail_total 1 1 id=" # "} 1"##),
        bad(
            "duplicateLabel",
            2,
            "an exemplar's label twice",
            "# TYPE mail counter",
            #"mail_total 1 # {a="1",a="2"} 1"#
        ),
        bad(
            "invalidLabels",
            2,
            "an exemplar with a name",
            "# TYPE mail counter",
            #"mail_total 1 # {"mail"} 1"#,
            differs: .exemplarName
        ),
        bad("misplacedExemplar", 2, "an exemplar on a gauge", "# TYPE mail gauge", #"mail 1 # {a="b"} 1"#),
        bad("misplacedExemplar", 1, "an exemplar on an unknown", #"mail 1 # {a="b"} 1"#),
        bad("misplacedExemplar", 2, "an exemplar on an info", "# TYPE build info", #"build_info 1 # {a="b"} 1"#),
        bad("misplacedExemplar", 2, "an exemplar on a state", "# TYPE door stateset", #"door{door="a"} 1 # {a="b"} 1"#),
        bad(
            "misplacedExemplar",
            2,
            "an exemplar on a quantile",
            "# TYPE wait summary",
            #"wait{quantile="0.5"} 1 # {a="b"} 1"#
        ),
        bad("misplacedExemplar", 2, "an exemplar on a creation", "# TYPE mail counter", #"mail_created 1 # {a="b"} 1"#),
        bad("misplacedExemplar", 2, "an exemplar on a sum", "# TYPE wait histogram", #"wait_sum 1 # {a="b"} 1"#),
        bad(
            "misplacedExemplar",
            2,
            "an exemplar on a gauge histogram's sum",
            "# TYPE wait gaugehistogram",
            #"wait_gsum 1 # {a="b"} 1"#
        ),
        bad(
            "misplacedExemplar",
            2,
            "an exemplar on a gauge named as a bucket",
            "# TYPE wait_bucket gauge",
            #"wait_bucket 1 # {a="b"} 1"#
        ),
        bad(
            "invalidExemplar",
            2,
            "an exemplar above its bucket",
            "# TYPE wait histogram",
            #"wait_bucket{le="1.0"} 1 # {} 1.5"#,
            #"wait_bucket{le="+Inf"} 1"#,
            differs: .exemplarInItsBucket
        ),
    ]
}
