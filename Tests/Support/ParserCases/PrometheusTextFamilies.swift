extension ParserCase {
    static let prometheusTextFamilies: [ParserCase] = [
        badText("invalidMetadata", 1, "HELP alone", "# HELP", differs: .helpNamesAMetric),
        badText("invalidMetadata", 1, "TYPE alone", "# TYPE"),
        badText("invalidMetadata", 1, "TYPE and a name", "# TYPE mail"),
        badText("invalidMetadata", 1, "TYPE and a word too many", "# TYPE mail gauge x"),
        badText("unknownType", 1, "no such type", "# TYPE mail letter"),
        badText("unknownType", 1, "a type in capitals", "# TYPE mail GAUGE"),
        badText("unknownType", 1, "the types of OpenMetrics", "# TYPE wait gaugehistogram", differs: .textTypes),
        badText("unknownType", 1, "the unknown of OpenMetrics", "# TYPE mail unknown", differs: .textTypes),
        badText("invalidMetricName", 1, "a name with a dash in TYPE", "# TYPE ma-il counter"),
        badText("invalidMetricName", 1, "a name with a point in HELP", "# HELP ma.il Letters."),
        badText("invalidMetricName", 1, "a letter after a quoted name in HELP", #"# HELP "my.mail"s Letters."#),
        badText("invalidMetricName", 1, "a letter after a quoted name in TYPE", #"# TYPE "my.mail"s gauge"#),
        badText("invalidEscape", 1, "an escaped tab in help", #"# HELP mail a\tb"#, differs: .helpEscapes),
        badText("invalidEscape", 1, "an escaped quote in help", #"# HELP mail a\"b"#, differs: .helpEscapes),
        badText("invalidEscape", 1, "a backslash at the end of help", #"# HELP mail a\"#, differs: .helpEscapes),
        badText("repeatedMetadata", 2, "two HELP", "# HELP mail one", "# HELP mail two", differs: .oneHelp),
        badText("repeatedMetadata", 2, "two TYPE", "# TYPE mail counter", "# TYPE mail untyped", differs: .oneType),
        badText(
            "misplacedMetadata",
            2,
            "TYPE after a sample",
            "mail 1",
            "# TYPE mail counter",
            differs: .typeBeforeSamples
        ),
        badText(
            "misplacedMetadata",
            3,
            "HELP after a sample",
            "# TYPE mail counter",
            "mail 1",
            "# HELP mail x",
            differs: .oneGroup
        ),
        badText(
            "clashingNames",
            3,
            "HELP after another family",
            "# TYPE mail gauge",
            "# TYPE box gauge",
            "# HELP mail x",
            differs: .oneGroup
        ),
        badText("interleaved", 3, "a family that comes back", "mail 1", "box 1", #"mail{a="b"} 1"#, differs: .oneGroup),
        badText(
            "interleaved",
            4,
            "a summary's count after another family",
            "# TYPE wait summary",
            #"wait{quantile="0.5"} 1"#,
            "box 1",
            "wait_count 1",
            differs: .oneGroup
        ),
        badText(
            "clashingNames",
            5,
            "a gauge named as a histogram's count",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} 1"#,
            "wait_sum 1",
            "wait_count 1",
            "# TYPE wait_count gauge",
            differs: .oneGroup
        ),
        badText(
            "clashingNames",
            2,
            "a histogram whose count is a gauge's name",
            "# TYPE wait_count gauge",
            "# TYPE wait histogram",
            differs: .oneGroup
        ),
        badText(
            "interleaved",
            4,
            "a sample of a histogram's bare name, later",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} 1"#,
            "box 1",
            "wait 1",
            differs: .oneGroup
        ),
        badText("duplicateSeries", 2, "a series twice", "mail 1", "mail 2", differs: .uniqueLines),
        badText("duplicateSeries", 2, "a series twice, at two times", "mail 1 5", "mail 1 6", differs: .uniqueLines),
        badText(
            "duplicateSeries",
            2,
            "labels in another order",
            #"mail{a="1",b="2"} 1"#,
            #"mail{b="2",a="1"} 1"#,
            differs: .uniqueLines
        ),
        badText(
            "wrongSuffix",
            2,
            "a histogram of its bare name",
            "# TYPE wait histogram",
            "wait 1",
            differs: .bucketLabels
        ),
        badText(
            "invalidTypeLabel",
            2,
            "a bound that is a word",
            "# TYPE wait histogram",
            #"wait_bucket{le="all"} 1"#,
            differs: .bucketLabels
        ),
        badText(
            "invalidTypeLabel",
            2,
            "a hexadecimal bound",
            "# TYPE wait histogram",
            #"wait_bucket{le="0x1p-3"} 1"#,
            differs: .bucketLabels
        ),
        badText(
            "invalidTypeLabel",
            2,
            "a bucket without a bound",
            "# TYPE wait histogram",
            "wait_bucket 1",
            differs: .bucketLabels
        ),
        badText(
            "invalidTypeLabel",
            2,
            "an infinite bound without its sign",
            "# TYPE wait histogram",
            #"wait_bucket{le="Inf"} 1"#,
            differs: .infiniteBucket
        ),
        badText(
            "invalidTypeLabel",
            2,
            "a quantile that is a word",
            "# TYPE wait summary",
            #"wait{quantile="half"} 1"#,
            differs: .quantileLabels
        ),
        badText(
            "invalidTypeLabel",
            2,
            "a hexadecimal quantile",
            "# TYPE wait summary",
            #"wait{quantile="0x1p-3"} 1"#,
            differs: .quantileLabels
        ),
        badText(
            "invalidTypeLabel",
            2,
            "a quantile without its label",
            "# TYPE wait summary",
            "wait 1",
            differs: .quantileLabels
        ),
        badText(
            "invalidTypeValue",
            3,
            "a negative count",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} 1"#,
            "wait_count -1",
            differs: .counts
        ),
        badText(
            "invalidTypeValue",
            2,
            "a negative bucket",
            "# TYPE wait histogram",
            #"wait_bucket{le="1"} -4"#,
            differs: .counts
        ),
        badText(
            "invalidTypeValue",
            2,
            "a negative float bucket",
            "# TYPE wait histogram",
            #"wait_bucket{le="1"} -4.5"#,
            differs: .counts
        ),
        badText(
            "invalidTypeValue",
            2,
            "a bucket that is NaN",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} NaN"#,
            differs: .counts
        ),
        badText(
            "invalidHistogram",
            3,
            "a bucket that has less than one below",
            "# TYPE wait histogram",
            #"wait_bucket{le="1"} 4"#,
            #"wait_bucket{le="+Inf"} 2"#,
            differs: .counts
        ),
        badText(
            "invalidHistogram",
            3,
            "no infinite bucket",
            "# TYPE wait histogram",
            #"wait_bucket{le="1"} 4"#,
            "wait_count 4",
            differs: .infiniteBucket
        ),
        badText(
            "invalidHistogram",
            4,
            "a count that is not the infinite bucket",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} 4"#,
            "wait_sum 1",
            "wait_count 5",
            differs: .infiniteBucket
        ),
        badText(
            "invalidHistogram",
            3,
            "bounds that fall",
            "# TYPE wait histogram",
            #"wait_bucket{le="2"} 1"#,
            #"wait_bucket{le="1"} 1"#,
            differs: .risingBounds
        ),
        badText(
            "invalidHistogram",
            3,
            "quantiles that fall",
            "# TYPE wait summary",
            #"wait{quantile="0.9"} 1"#,
            #"wait{quantile="0.5"} 1"#,
            differs: .risingBounds
        ),
    ]
}
