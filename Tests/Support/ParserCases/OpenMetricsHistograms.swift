extension ParserCase {
    static let openMetricsHistograms: [ParserCase] = [
        good(
            "a histogram", "# TYPE wait histogram", #"wait_bucket{le="0.5"} 1"#, #"wait_bucket{le="1.0"} 1"#,
            #"wait_bucket{le="+Inf"} 3"#, "wait_count 3", "wait_sum 7.5", "wait_created 12.5"
        ),
        good("a histogram of buckets alone", "# TYPE wait histogram", #"wait_bucket{a="b",le="+Inf"} 0"#),
        good("a count before the buckets", "# TYPE wait histogram", "wait_sum 1", "wait_count 2", #"wait_bucket{le="+Inf"} 2"#),
        good("counts with a point", "# TYPE wait histogram", #"wait_bucket{le="+Inf"} 2.0"#, "wait_count 2", "wait_sum 0"),
        good(
            "bounds in many spellings", "# TYPE wait histogram", #"wait_bucket{le="0"} 0"#, #"wait_bucket{le="1e-10"} 0"#,
            #"wait_bucket{le="0.0001"} 0"#, #"wait_bucket{le="1.1e-4"} 0"#, #"wait_bucket{le="1"} 0"#,
            #"wait_bucket{le="1e+05"} 0"#, #"wait_bucket{le="10000000000"} 0"#, #"wait_bucket{le="+Inf"} 3"#
        ),
        good("negative bounds", "# TYPE wait histogram", #"wait_bucket{le="-2.5"} 1"#, #"wait_bucket{le="+Inf"} 2"#),
        good("a histogram with an infinite sum", "# TYPE wait histogram", #"wait_bucket{le="+Inf"} 2"#, "wait_count 2", "wait_sum +Inf"),
        good(
            "histograms of several metrics", "# TYPE wait histogram", #"wait_bucket{a="1",le="1"} 4"#,
            #"wait_bucket{a="1",le="+Inf"} 4"#, #"wait_bucket{a="2",le="1"} 0"#, #"wait_bucket{a="2",le="+Inf"} 1"#
        ),
        good(
            "a histogram at two times", "# TYPE wait histogram", #"wait_bucket{le="1"} 4 10"#,
            #"wait_bucket{le="+Inf"} 4 10"#, #"wait_bucket{le="1"} 1 20"#, #"wait_bucket{le="+Inf"} 2 20"#,
            differs: .laterPoints
        ),
        good(
            "a gauge histogram", "# TYPE wait gaugehistogram", #"wait_bucket{le="1.0"} 2"#, #"wait_bucket{le="+Inf"} 3"#,
            "wait_gcount 3", "wait_gsum 2.5"
        ),
        good(
            "a gauge histogram with negative bounds", "# TYPE wait gaugehistogram", #"wait_bucket{le="-1.0"} 1"#,
            #"wait_bucket{le="+Inf"} 3"#, "wait_gcount 3", "wait_gsum -5"
        ),
        good("counts past 2^53", "# TYPE wait histogram", #"wait_bucket{le="+Inf"} 9007199254740993"#, "wait_count 9007199254740993", "wait_sum 1"),
        bad("invalidHistogram", 2, "a histogram's sum alone", "# TYPE wait histogram", "wait_sum 1"),
        bad("invalidHistogram", 3, "a histogram's sum and count alone", "# TYPE wait histogram", "wait_sum 1", "wait_count 1"),
        bad("invalidHistogram", 2, "a histogram's creation alone", "# TYPE wait histogram", "wait_created 1"),
        bad("invalidHistogram", 3, "no infinite bucket", "# TYPE wait histogram", #"wait_bucket{le="1"} 0"#, #"wait_bucket{le="2"} 0"#),
        bad("invalidHistogram", 3, "a sum without a count", "# TYPE wait histogram", #"wait_bucket{le="+Inf"} 0"#, "wait_sum 0"),
        bad("invalidHistogram", 3, "a count without a sum", "# TYPE wait histogram", #"wait_bucket{le="+Inf"} 0"#, "wait_count 0"),
        bad(
            "invalidHistogram", 5, "negative bounds with a sum", "# TYPE wait histogram", #"wait_bucket{le="-1"} 0"#,
            #"wait_bucket{le="+Inf"} 0"#, "wait_sum 0", "wait_count 0"
        ),
        bad("invalidHistogram", 4, "a count that is not the infinite bucket", "# TYPE wait histogram", #"wait_bucket{le="+Inf"} 1"#, "wait_count 2", "wait_sum 0"),
        bad("invalidHistogram", 4, "a count before a bucket that differs", "# TYPE wait histogram", "wait_count 1", "wait_sum 0", #"wait_bucket{le="+Inf"} 0"#),
        bad("invalidHistogram", 4, "bounds that fall", "# TYPE wait histogram", #"wait_bucket{le="1"} 0"#, #"wait_bucket{le="3"} 0"#, #"wait_bucket{le="2"} 0"#, #"wait_bucket{le="+Inf"} 0"#),
        bad("invalidHistogram", 3, "bounds after infinity", "# TYPE wait histogram", #"wait_bucket{le="+Inf"} 0"#, #"wait_bucket{le="2"} 0"#),
        bad("invalidHistogram", 3, "the same bound in two spellings", "# TYPE wait histogram", #"wait_bucket{le="1"} 0"#, #"wait_bucket{le="1.0"} 0"#, #"wait_bucket{le="+Inf"} 0"#),
        bad("invalidHistogram", 3, "a bucket that has less than one below", "# TYPE wait histogram", #"wait_bucket{le="1"} 2"#, #"wait_bucket{le="+Inf"} 1"#),
        bad(
            "invalidHistogram", 5, "the second of two histograms", "# TYPE wait histogram", #"wait_bucket{a="1",le="+Inf"} 2"#,
            #"wait_sum{a="1"} 1"#, #"wait_count{a="1"} 2"#, #"wait_bucket{a="2",le="1"} 2"#
        ),
        bad("invalidHistogram", 2, "the first of two times", "# TYPE wait histogram", #"wait_bucket{le="1"} 2 1"#, #"wait_bucket{le="+Inf"} 2 2"#),
        bad("invalidHistogram", 2, "a gauge histogram's sum alone", "# TYPE wait gaugehistogram", "wait_gsum 1"),
        bad("invalidHistogram", 3, "a gauge histogram's sum without a count", "# TYPE wait gaugehistogram", #"wait_bucket{le="+Inf"} 0"#, "wait_gsum 0"),
        bad("invalidHistogram", 3, "a gauge histogram's count without a sum", "# TYPE wait gaugehistogram", #"wait_bucket{le="+Inf"} 0"#, "wait_gcount 0"),
        bad("invalidHistogram", 4, "a gauge histogram's negative sum", "# TYPE wait gaugehistogram", #"wait_bucket{le="+Inf"} 1"#, "wait_gsum -1", "wait_gcount 1"),
        bad("interleaved", 4, "a bucket after another family", "# TYPE wait histogram", #"wait_bucket{le="+Inf"} 1"#, "mail 1", "wait_count 1"),
        bad("invalidValue", 2, "a native histogram", "# TYPE wait histogram", "wait {count:4,sum:6,schema:0,zero_threshold:0.1,zero_count:0}", differs: .nativeHistogram),
        bad("invalidValue", 2, "half a native histogram", "# TYPE wait histogram", "wait {count:4"),
    ]

    static let openMetricsExemplars: [ParserCase] = [
        good("a counter's exemplar", "# TYPE mail counter", #"mail_total 5 # {trace="a"} 0.5"#),
        good("exemplars with times", "# TYPE mail counter", #"mail_total{} 5 123 # {trace="a"} 0.5 120.25"#),
        good("an exemplar without labels", "# TYPE mail counter", "mail_total 5 # {} 1"),
        good(
            "a histogram's exemplars", "# TYPE wait histogram", #"wait_bucket{le="1.0"} 1 # {trace="a"} 0.5"#,
            #"wait_bucket{le="+Inf"} 2 # {trace="b",span="c"} 4 1.5"#
        ),
        good("a gauge histogram's exemplar", "# TYPE wait gaugehistogram", #"wait_bucket{le="+Inf"} 2 9 # {trace="b"} 4"#),
        good("hashes and braces in exemplars", "# TYPE mail counter", ##"mail_total{a=" # {"} 5 # {b="c # } d",e="} 1"} 2"##),
        good("an exemplar's negative value", "# TYPE mail counter", "mail_total 5 # {} -1"),
        good("128 characters", "# TYPE mail counter", "mail_total 5 # {trace=\"\(String(repeating: "x", count: 123))\"} 1"),
        good("128 characters of several bytes", "# TYPE mail counter", "mail_total 5 # {trace=\"\(String(repeating: "東", count: 123))\"} 1"),
        good("a quoted label in an exemplar", "# TYPE mail counter", #"mail_total 5 # {"trace.id"="a"} 1"#),
        bad("exemplarTooLong", 2, "129 characters", "# TYPE mail counter", "mail_total 5 # {trace=\"\(String(repeating: "x", count: 124))\"} 1"),
        bad("exemplarTooLong", 2, "129 code points in fewer characters", "# TYPE mail counter", "mail_total 5 # {trace=\"\(String(repeating: "e\u{301}", count: 62))\"} 1"),
        bad("exemplarTooLong", 2, "129 characters in two labels", "# TYPE mail counter", "mail_total 5 # {a=\"\(String(repeating: "x", count: 63))\",b=\"\(String(repeating: "x", count: 64))\"} 1"),
        bad("invalidExemplar", 2, "a hash without an exemplar", "# TYPE mail counter", "mail_total 1 #"),
        bad("invalidExemplar", 2, "a hash and a space", "# TYPE mail counter", "mail_total 1 # "),
        bad("invalidValue", 2, "no space before the hash", "# TYPE mail counter", "mail_total 1# {} 1"),
        bad("invalidExemplar", 2, "no space after the hash", "# TYPE mail counter", "mail_total 1 #{} 1"),
        bad("invalidExemplar", 2, "no space before the exemplar's value", "# TYPE mail counter", "mail_total 1 # {}1"),
        bad("invalidExemplar", 2, "no exemplar's value", "# TYPE mail counter", "mail_total 1 # {}"),
        bad("invalidExemplar", 2, "two spaces for an exemplar's value", "# TYPE mail counter", #"mail_total 1 1 # {id="a"}  "#),
        bad("invalidTimestamp", 2, "a space after the exemplar", "# TYPE mail counter", "mail_total 1 # {} 1 "),
        bad("invalidExemplar", 2, "a space after the exemplar's time", "# TYPE mail counter", "mail_total 1 # {} 1 1 "),
        bad("invalidExemplar", 2, "a word after the exemplar's time", "# TYPE mail counter", "mail_total 1 # {} 1 1 2"),
        bad("invalidExemplar", 2, "a hexadecimal exemplar", "# TYPE mail counter", "mail_total 1 # {} 0x1p-3"),
        bad("invalidTimestamp", 2, "a hexadecimal time of an exemplar", "# TYPE mail counter", "mail_total 1 # {} 1 0x1p-3"),
        bad("invalidTimestamp", 2, "an exemplar's time that is NaN", "# TYPE mail counter", "mail_total 1 # {} 1 NaN"),
        bad("invalidTimestamp", 2, "an exemplar's time that is infinite", "# TYPE mail counter", "mail_total 1 # {} 1 -Inf"),
        bad("invalidExemplar", 2, "no opening brace", "# TYPE mail counter", ##"mail_total 1 1 # id="a"} 1"##),
        bad("invalidExemplar", 2, "no opening brace, and a hash", "# TYPE mail counter", ##"mail_total 1 1 #id=" # "} 1"##),
        bad("invalidExemplar", 2, "no hash", "# TYPE mail counter", ##"mail_total 1 1 id=" # "} 1"##),
        bad("duplicateLabel", 2, "an exemplar's label twice", "# TYPE mail counter", #"mail_total 1 # {a="1",a="2"} 1"#),
        bad("invalidLabels", 2, "an exemplar with a name", "# TYPE mail counter", #"mail_total 1 # {"mail"} 1"#, differs: .exemplarName),
        bad("misplacedExemplar", 2, "an exemplar on a gauge", "# TYPE mail gauge", #"mail 1 # {a="b"} 1"#),
        bad("misplacedExemplar", 1, "an exemplar on an unknown", #"mail 1 # {a="b"} 1"#),
        bad("misplacedExemplar", 2, "an exemplar on an info", "# TYPE build info", #"build_info 1 # {a="b"} 1"#),
        bad("misplacedExemplar", 2, "an exemplar on a state", "# TYPE door stateset", #"door{door="a"} 1 # {a="b"} 1"#),
        bad("misplacedExemplar", 2, "an exemplar on a quantile", "# TYPE wait summary", #"wait{quantile="0.5"} 1 # {a="b"} 1"#),
        bad("misplacedExemplar", 2, "an exemplar on a creation", "# TYPE mail counter", #"mail_created 1 # {a="b"} 1"#),
        bad("misplacedExemplar", 2, "an exemplar on a sum", "# TYPE wait histogram", #"wait_sum 1 # {a="b"} 1"#),
        bad("misplacedExemplar", 2, "an exemplar on a gauge histogram's sum", "# TYPE wait gaugehistogram", #"wait_gsum 1 # {a="b"} 1"#),
        bad("misplacedExemplar", 2, "an exemplar on a gauge named as a bucket", "# TYPE wait_bucket gauge", #"wait_bucket 1 # {a="b"} 1"#),
        bad("invalidExemplar", 2, "an exemplar above its bucket", "# TYPE wait histogram", #"wait_bucket{le="1.0"} 1 # {} 1.5"#, #"wait_bucket{le="+Inf"} 1"#, differs: .exemplarInItsBucket),
    ]

    static let openMetricsOrder: [ParserCase] = [
        bad("interleaved", 4, "metrics of a gauge that take turns", "# TYPE mail gauge", #"mail{a="1"} 0"#, #"mail{a="2"} 0"#, #"mail{a="1"} 0"#),
        bad("interleaved", 4, "metrics of a summary that take turns", "# TYPE wait summary", #"wait_count{a="1"} 0"#, #"wait_count{a="2"} 0"#, #"wait_sum{a="1"} 0"#),
        bad("interleaved", 4, "buckets of metrics that take turns", "# TYPE wait histogram", #"wait_bucket{a="1",le="1"} 0"#, #"wait_bucket{a="2",le="+Inf"} 0"#, #"wait_bucket{a="1",le="+Inf"} 0"#),
        bad("interleaved", 4, "a gauge histogram's metrics that take turns", "# TYPE wait gaugehistogram", #"wait_gsum{a="1"} 0"#, #"wait_gsum{a="2"} 0"#, #"wait_gcount{a="1"} 0"#),
        bad("interleaved", 4, "states of things that take turns", "# TYPE door stateset", #"door{r="1",door="a"} 0"#, #"door{r="2",door="a"} 0"#, #"door{r="1",door="b"} 0"#),
        bad("interleaved", 4, "an info that comes back", "# TYPE build info", #"build_info{v="1"} 1 1"#, #"build_info{v="2"} 1 1"#, #"build_info{v="1"} 1 2"#, differs: .infoByLabels),
        bad("interleaved", 3, "families that take turns", "# TYPE wait summary", #"quantile{quantile="0"} 0"#, #"wait_sum{a="1"} 0"#),
        bad("interleaved", 3, "a family that comes back", "mail 1", "box 1", #"mail{a="b"} 1"#),
        bad("duplicateSeries", 2, "a gauge twice", "mail 1", "mail 1", differs: .duplicateMetric),
        bad("duplicateSeries", 2, "a gauge twice, with other values", #"mail{a="b"} 1"#, #"mail{a="b"} 2"#, differs: .duplicateMetric),
        bad("duplicateSeries", 2, "labels in another order", #"mail{a="1",b="2"} 1"#, #"mail{b="2",a="1"} 1"#, differs: .duplicateMetric),
        bad("duplicateSeries", 2, "the same letters, escaped", #"mail{a="\\z"} 1"#, #"mail{a="\z"} 1"#, differs: .duplicateMetric),
        bad("duplicateSeries", 3, "a state twice", "# TYPE door stateset", #"door{door="a"} 0"#, #"door{door="a"} 0"#, differs: .duplicateMetric),
        bad("timestampOrder", 2, "times that go back", "mail 0 -1", "mail 0 -2"),
        bad("timestampOrder", 2, "times that go back by a tenth", "mail 0 -1", "mail 0 -1.1"),
        bad("timestampOrder", 2, "times that go back over the epoch", "mail 0 1", "mail 0 -1"),
        bad("timestampOrder", 2, "times that go back to a whole second", "mail 0 1.1", "mail 0 1"),
        bad("timestampOrder", 2, "times that go back to the epoch", "mail 0 1", "mail 0 0"),
        bad("timestampOrder", 2, "times that go back by a nanosecond", "mail 0 1600000000.000000002", "mail 0 1600000000.000000001"),
        bad("timestampOrder", 2, "times that go back in many digits", "mail 0 100", "mail 0 99.5"),
        bad("timestampOrder", 2, "times that go back in an exponent", "mail 0 2e3", "mail 0 1.5e3"),
        bad("timestampOrder", 2, "a time after none", "mail 0", "mail 0 0"),
        bad("timestampOrder", 2, "no time after one", "mail 0 0", "mail 0"),
        bad("timestampOrder", 4, "points of a summary that take turns", "# TYPE wait summary", "wait_count 0 123", "wait_count 0 456", "wait_sum 0 123"),
    ]
}
