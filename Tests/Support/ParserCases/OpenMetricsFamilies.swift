extension ParserCase {
    static let openMetricsMetadata: [ParserCase] = [
        bad("invalidMetadata", 1, "HELP alone", "# HELP"),
        bad("invalidMetricName", 1, "HELP and a space", "# HELP "),
        bad("invalidMetadata", 1, "HELP and a name", "# HELP mail"),
        bad("invalidMetadata", 1, "HELP, a name and a tab", "# HELP mail\t"),
        bad("invalidMetricName", 1, "a space before HELP", " # HELP mail Letters."),
        bad("invalidMetricName", 1, "two spaces after HELP", "# HELP  mail Letters.", differs: .spacesInMetadata),
        bad("unexpectedLine", 1, "two spaces before HELP", "#  HELP mail Letters.", differs: .spacesInMetadata),
        bad("unexpectedLine", 1, "help in small letters", "# help mail Letters."),
        bad("invalidMetricName", 1, "HELP of no name", "# HELP ma.il Letters."),
        bad("invalidEscape", 1, "a quote in HELP", #"# HELP mail "Letters""#, differs: .quoteInHelp),
        bad("invalidEscape", 1, "a quote in HELP after a backslash", #"# HELP mail \\""#, differs: .quoteInHelp),
        bad(
            "invalidEscape",
            1,
            "a backslash at the end of HELP",
            #"# HELP mail Letters\"#,
            differs: .helpEndsInBackslash
        ),
        bad("invalidMetadata", 1, "TYPE alone", "# TYPE"),
        bad("invalidMetricName", 1, "TYPE and a space", "# TYPE "),
        bad("invalidMetadata", 1, "TYPE and a name", "# TYPE mail"),
        bad("invalidMetadata", 1, "TYPE, a name and a tab", "# TYPE mail\t"),
        bad("unknownType", 1, "TYPE, a name and a space", "# TYPE mail "),
        bad("unknownType", 1, "no such type", "# TYPE mail letter"),
        bad("unknownType", 1, "no such type, and a space", "# TYPE mail letter "),
        bad("unknownType", 1, "a type in capitals", "# TYPE mail GAUGE"),
        bad("unknownType", 1, "a type and a space", "# TYPE mail gauge "),
        bad("unknownType", 1, "the type of Prometheus text", "# TYPE mail untyped"),
        bad("unknownType", 1, "two spaces before the type", "# TYPE mail  gauge", differs: .spacesInMetadata),
        bad("invalidMetadata", 1, "UNIT alone", "# UNIT"),
        bad("invalidMetricName", 1, "UNIT and a space", "# UNIT "),
        bad("invalidMetadata", 1, "UNIT and a name", "# UNIT mail"),
        bad("invalidMetadata", 1, "UNIT, a name and a tab", "# UNIT mail\t"),
        bad("invalidUnit", 1, "a unit that is not in the name", "# UNIT mail seconds"),
        bad("invalidUnit", 1, "a unit without an underscore", "# UNIT mailseconds seconds"),
        bad("invalidUnit", 1, "a unit that is all of the name", "# UNIT seconds seconds"),
        bad(
            "invalidUnit",
            2,
            "a unit before the suffix",
            "# TYPE wait_seconds_total gauge",
            "# UNIT wait_seconds_total seconds"
        ),
        bad("invalidUnit", 1, "a unit and a space", "# UNIT wait_seconds seconds "),
        bad("invalidUnit", 1, "a unit of other bytes", "# UNIT \"disk_b/s\" b/s", differs: .unitBytes),
        bad("invalidUnit", 2, "a unit of an info", "# TYPE build_v info", "# UNIT build_v v"),
        bad("invalidUnit", 2, "a unit of an info, before its type", "# UNIT build_v v", "# TYPE build_v info"),
        bad("invalidUnit", 2, "a unit of a stateset", "# TYPE door_v stateset", "# UNIT door_v v"),
        bad("unexpectedLine", 1, "a keyword of none", "# NOTE mail Letters."),
        bad("repeatedMetadata", 2, "two HELP", "# HELP mail a", "# HELP mail b"),
        bad("repeatedMetadata", 2, "two HELP that are empty", "# HELP mail ", "# HELP mail "),
        bad("repeatedMetadata", 2, "two TYPE", "# TYPE mail gauge", "# TYPE mail gauge"),
        bad("repeatedMetadata", 2, "two TYPE that differ", "# TYPE mail info", "# TYPE mail counter"),
        bad("repeatedMetadata", 2, "two UNIT", "# UNIT mail_b b", "# UNIT mail_b b"),
        bad("misplacedMetadata", 3, "TYPE after a sample", "# HELP mail a", "mail 1", "# TYPE mail gauge"),
        bad("misplacedMetadata", 3, "HELP after a sample", "# TYPE mail gauge", "mail 1", "# HELP mail a"),
        bad("misplacedMetadata", 3, "UNIT after a sample", "# TYPE mail_b gauge", "mail_b 1", "# UNIT mail_b b"),
        bad("invalidMetricName", 1, "a letter after a quoted name", #"# HELP "my.mail"s Letters."#),
        bad("invalidMetricName", 1, "an empty name in quotes", #"# HELP "" Letters."#),
        bad("invalidMetricName", 1, "a quoted name that does not end", #"# HELP "mail Letters."#),
    ]

    static let openMetricsTypes: [ParserCase] = [
        // Suffixes.
        bad("wrongSuffix", 2, "a counter without its suffix", "# TYPE mail counter", "mail 1"),
        bad("wrongSuffix", 2, "an info without its suffix", "# TYPE build info", "build 1"),
        bad("wrongSuffix", 2, "a histogram of its bare name", "# TYPE wait histogram", "wait 1"),
        bad(
            "wrongSuffix",
            3,
            "a gauge histogram of its bare name",
            "# TYPE wait gaugehistogram",
            #"wait_bucket{le="+Inf"} 1"#,
            "wait 1"
        ),
        // Names.
        bad(
            "clashingNames",
            2,
            "a gauge named as a counter's creation",
            "# TYPE mail_created gauge",
            "# TYPE mail counter"
        ),
        bad(
            "clashingNames",
            2,
            "a counter whose creation is a gauge's name",
            "# TYPE mail counter",
            "# TYPE mail_created gauge"
        ),
        bad(
            "clashingNames",
            3,
            "a gauge named as a counter's total",
            "# TYPE mail counter",
            "mail_total 1",
            "# TYPE mail_total gauge"
        ),
        bad(
            "interleaved",
            3,
            "a sample named as a histogram's count",
            "# TYPE wait histogram",
            "# TYPE mail gauge",
            "wait_count 1"
        ),
        bad(
            "clashingNames",
            2,
            "a gauge histogram over a gauge",
            "# TYPE wait_gsum gauge",
            "# TYPE wait gaugehistogram"
        ),
        bad("clashingNames", 2, "an info over a gauge", "# TYPE build_info gauge", "# TYPE build info"),
        bad("clashingNames", 2, "a summary over a gauge", "# TYPE wait_sum gauge", "# TYPE wait summary"),
        bad("clashingNames", 3, "a family again", "# TYPE mail gauge", "# TYPE box gauge", "# TYPE mail gauge"),
        bad(
            "clashingNames",
            3,
            "a gauge named as a counter before",
            "# TYPE mail counter",
            "# TYPE box gauge",
            "# TYPE mail gauge"
        ),
        bad(
            "clashingNames",
            3,
            "help again, after another family",
            "# HELP mail a",
            "# TYPE box gauge",
            "# HELP mail a"
        ),
        // Values.
        bad("invalidTypeValue", 2, "a counter that is NaN", "# TYPE mail counter", "mail_total NaN"),
        bad("invalidTypeValue", 2, "a negative counter", "# TYPE mail counter", "mail_total -1"),
        bad(
            "invalidTypeValue",
            2,
            "a creation that is NaN",
            "# TYPE mail counter",
            "mail_created NaN",
            differs: .createdIsATime
        ),
        bad(
            "invalidTypeValue",
            2,
            "a creation that is infinite",
            "# TYPE mail counter",
            "mail_created +Inf",
            differs: .createdIsATime
        ),
        bad("invalidTypeValue", 2, "a histogram's sum that is NaN", "# TYPE wait histogram", "wait_sum NaN"),
        bad("invalidTypeValue", 2, "a histogram's negative sum", "# TYPE wait histogram", "wait_sum -1"),
        bad("invalidTypeValue", 2, "a histogram's count that is NaN", "# TYPE wait histogram", "wait_count NaN"),
        bad("invalidTypeValue", 2, "a histogram's negative count", "# TYPE wait histogram", "wait_count -1"),
        bad("invalidTypeValue", 2, "a bucket that is NaN", "# TYPE wait histogram", #"wait_bucket{le="+Inf"} NaN"#),
        bad("invalidTypeValue", 2, "a negative bucket", "# TYPE wait histogram", #"wait_bucket{le="+Inf"} -1"#),
        bad("invalidTypeValue", 2, "half an observation", "# TYPE wait histogram", #"wait_bucket{le="+Inf"} 0.5"#),
        bad("invalidTypeValue", 2, "an infinite bucket", "# TYPE wait histogram", #"wait_bucket{le="+Inf"} +Inf"#),
        bad(
            "invalidTypeValue",
            3,
            "half a count",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} 1"#,
            "wait_count 0.5",
            "wait_sum 0"
        ),
        bad(
            "invalidTypeValue",
            2,
            "a gauge histogram's bucket that is NaN",
            "# TYPE wait gaugehistogram",
            #"wait_bucket{le="+Inf"} NaN"#
        ),
        bad(
            "invalidTypeValue",
            2,
            "a gauge histogram's negative bucket",
            "# TYPE wait gaugehistogram",
            #"wait_bucket{le="+Inf"} -1"#
        ),
        bad(
            "invalidTypeValue",
            2,
            "a gauge histogram's half bucket",
            "# TYPE wait gaugehistogram",
            #"wait_bucket{le="+Inf"} 0.5"#
        ),
        bad(
            "invalidTypeValue",
            3,
            "a gauge histogram's negative count",
            "# TYPE wait gaugehistogram",
            #"wait_bucket{le="+Inf"} 1"#,
            "wait_gcount -1"
        ),
        bad(
            "invalidTypeValue",
            3,
            "a gauge histogram's half count",
            "# TYPE wait gaugehistogram",
            #"wait_bucket{le="+Inf"} 1"#,
            "wait_gcount 0.5"
        ),
        bad(
            "invalidTypeValue",
            3,
            "a gauge histogram's sum that is NaN",
            "# TYPE wait gaugehistogram",
            #"wait_bucket{le="+Inf"} 1"#,
            "wait_gsum NaN"
        ),
        bad("invalidTypeValue", 2, "a summary's sum that is NaN", "# TYPE wait summary", "wait_sum NaN"),
        bad("invalidTypeValue", 2, "a summary's negative sum", "# TYPE wait summary", "wait_sum -1"),
        bad("invalidTypeValue", 2, "a summary's count that is NaN", "# TYPE wait summary", "wait_count NaN"),
        bad("invalidTypeValue", 2, "a summary's negative count", "# TYPE wait summary", "wait_count -1"),
        bad("invalidTypeValue", 2, "a summary's half count", "# TYPE wait summary", "wait_count 0.5"),
        bad("invalidTypeValue", 2, "a quantile's negative value", "# TYPE wait summary", #"wait{quantile="0.5"} -1"#),
        bad("invalidTypeValue", 2, "an info of two", "# TYPE build info", #"build_info{v="1"} 2"#),
        bad("invalidTypeValue", 2, "an info of zero", "# TYPE build info", #"build_info{v="1"} 0"#),
        bad("invalidTypeValue", 2, "a state of two", "# TYPE door stateset", #"door{door="open"} 2"#),
        bad("invalidTypeValue", 2, "half a state", "# TYPE door stateset", #"door{door="open"} 0.5"#),
        // Labels.
        bad("invalidTypeLabel", 2, "a quantile without its label", "# TYPE wait summary", "wait 0"),
        bad("invalidTypeLabel", 2, "a negative quantile", "# TYPE wait summary", #"wait{quantile="-1"} 0"#),
        bad("invalidTypeLabel", 2, "a quantile above one", "# TYPE wait summary", #"wait{quantile="1.01"} 0"#),
        bad("invalidTypeLabel", 2, "a quantile that is a word", "# TYPE wait summary", #"wait{quantile="half"} 0"#),
        bad("invalidTypeLabel", 2, "a quantile that is NaN", "# TYPE wait summary", #"wait{quantile="NaN"} 0"#),
        bad("invalidTypeLabel", 2, "a hexadecimal quantile", "# TYPE wait summary", #"wait{quantile="0x1p-3"} 0"#),
        bad(
            "invalidTypeLabel",
            2,
            "a sum with a quantile",
            "# TYPE wait summary",
            #"wait_sum{quantile="0.5"} 0"#,
            differs: .quantileElsewhere
        ),
        bad("invalidTypeLabel", 2, "a bucket without a bound", "# TYPE wait histogram", "wait_bucket 0"),
        bad("invalidTypeLabel", 2, "a bound that is a word", "# TYPE wait histogram", #"wait_bucket{le="all"} 0"#),
        bad("invalidTypeLabel", 2, "a bound that is NaN", "# TYPE wait histogram", #"wait_bucket{le="NaN"} 0"#),
        bad("invalidTypeLabel", 2, "a bound that is nan", "# TYPE wait histogram", #"wait_bucket{le="nan"} 0"#),
        bad("invalidTypeLabel", 2, "a hexadecimal bound", "# TYPE wait histogram", #"wait_bucket{le="0x1p-3"} 0"#),
        bad(
            "invalidTypeLabel",
            2,
            "an infinite bound in capitals",
            "# TYPE wait histogram",
            #"wait_bucket{le="+INF"} 0"#
        ),
        bad(
            "invalidTypeLabel",
            2,
            "an infinite bound without its sign",
            "# TYPE wait histogram",
            #"wait_bucket{le="Inf"} 0"#
        ),
        bad(
            "invalidTypeLabel",
            3,
            "a count with a bound",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} 0"#,
            #"wait_count{le="+Inf"} 0"#
        ),
        bad(
            "invalidTypeLabel",
            4,
            "a creation with a bound",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} 0"#,
            #"wait_bucket{le="+Inf",a="b"} 0"#,
            #"wait_created{le="1",a="b"} 0"#
        ),
        bad(
            "invalidTypeLabel",
            2,
            "a gauge histogram's bucket without a bound",
            "# TYPE wait gaugehistogram",
            "wait_bucket 0"
        ),
        bad("invalidTypeLabel", 2, "a stateset without its state", "# TYPE door stateset", "door 0"),
    ]
}
