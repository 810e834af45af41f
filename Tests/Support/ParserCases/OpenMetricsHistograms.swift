extension ParserCase {
    static let openMetricsHistograms: [ParserCase] = [
        good(
            "a histogram",
            "# TYPE wait histogram",
            #"wait_bucket{le="0.5"} 1"#,
            #"wait_bucket{le="1.0"} 1"#,
            #"wait_bucket{le="+Inf"} 3"#,
            "wait_count 3",
            "wait_sum 7.5",
            "wait_created 12.5"
        ),
        good("a histogram of buckets alone", "# TYPE wait histogram", #"wait_bucket{a="b",le="+Inf"} 0"#),
        good(
            "a count before the buckets",
            "# TYPE wait histogram",
            "wait_sum 1",
            "wait_count 2",
            #"wait_bucket{le="+Inf"} 2"#
        ),
        good(
            "counts with a point",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} 2.0"#,
            "wait_count 2",
            "wait_sum 0"
        ),
        good(
            "bounds in many spellings",
            "# TYPE wait histogram",
            #"wait_bucket{le="0"} 0"#,
            #"wait_bucket{le="1e-10"} 0"#,
            #"wait_bucket{le="0.0001"} 0"#,
            #"wait_bucket{le="1.1e-4"} 0"#,
            #"wait_bucket{le="1"} 0"#,
            #"wait_bucket{le="1e+05"} 0"#,
            #"wait_bucket{le="10000000000"} 0"#,
            #"wait_bucket{le="+Inf"} 3"#
        ),
        good("negative bounds", "# TYPE wait histogram", #"wait_bucket{le="-2.5"} 1"#, #"wait_bucket{le="+Inf"} 2"#),
        good(
            "a histogram with an infinite sum",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} 2"#,
            "wait_count 2",
            "wait_sum +Inf"
        ),
        good(
            "histograms of several metrics",
            "# TYPE wait histogram",
            #"wait_bucket{a="1",le="1"} 4"#,
            #"wait_bucket{a="1",le="+Inf"} 4"#,
            #"wait_bucket{a="2",le="1"} 0"#,
            #"wait_bucket{a="2",le="+Inf"} 1"#
        ),
        good(
            "a histogram at two times",
            "# TYPE wait histogram",
            #"wait_bucket{le="1"} 4 10"#,
            #"wait_bucket{le="+Inf"} 4 10"#,
            #"wait_bucket{le="1"} 1 20"#,
            #"wait_bucket{le="+Inf"} 2 20"#,
            differs: .laterPoints
        ),
        good(
            "a gauge histogram",
            "# TYPE wait gaugehistogram",
            #"wait_bucket{le="1.0"} 2"#,
            #"wait_bucket{le="+Inf"} 3"#,
            "wait_gcount 3",
            "wait_gsum 2.5"
        ),
        good(
            "a gauge histogram with negative bounds",
            "# TYPE wait gaugehistogram",
            #"wait_bucket{le="-1.0"} 1"#,
            #"wait_bucket{le="+Inf"} 3"#,
            "wait_gcount 3",
            "wait_gsum -5"
        ),
        good(
            "counts past 2^53",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} 9007199254740993"#,
            "wait_count 9007199254740993",
            "wait_sum 1"
        ),
        bad("invalidHistogram", 2, "a histogram's sum alone", "# TYPE wait histogram", "wait_sum 1"),
        bad(
            "invalidHistogram",
            3,
            "a histogram's sum and count alone",
            "# TYPE wait histogram",
            "wait_sum 1",
            "wait_count 1"
        ),
        bad("invalidHistogram", 2, "a histogram's creation alone", "# TYPE wait histogram", "wait_created 1"),
        bad(
            "invalidHistogram",
            3,
            "no infinite bucket",
            "# TYPE wait histogram",
            #"wait_bucket{le="1"} 0"#,
            #"wait_bucket{le="2"} 0"#
        ),
        bad(
            "invalidHistogram",
            3,
            "a sum without a count",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} 0"#,
            "wait_sum 0"
        ),
        bad(
            "invalidHistogram",
            3,
            "a count without a sum",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} 0"#,
            "wait_count 0"
        ),
        bad(
            "invalidHistogram",
            5,
            "negative bounds with a sum",
            "# TYPE wait histogram",
            #"wait_bucket{le="-1"} 0"#,
            #"wait_bucket{le="+Inf"} 0"#,
            "wait_sum 0",
            "wait_count 0"
        ),
        bad(
            "invalidHistogram",
            4,
            "a count that is not the infinite bucket",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} 1"#,
            "wait_count 2",
            "wait_sum 0"
        ),
        bad(
            "invalidHistogram",
            4,
            "a count before a bucket that differs",
            "# TYPE wait histogram",
            "wait_count 1",
            "wait_sum 0",
            #"wait_bucket{le="+Inf"} 0"#
        ),
        bad(
            "invalidHistogram",
            4,
            "bounds that fall",
            "# TYPE wait histogram",
            #"wait_bucket{le="1"} 0"#,
            #"wait_bucket{le="3"} 0"#,
            #"wait_bucket{le="2"} 0"#,
            #"wait_bucket{le="+Inf"} 0"#
        ),
        bad(
            "invalidHistogram",
            3,
            "bounds after infinity",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} 0"#,
            #"wait_bucket{le="2"} 0"#
        ),
        bad(
            "invalidHistogram",
            3,
            "the same bound in two spellings",
            "# TYPE wait histogram",
            #"wait_bucket{le="1"} 0"#,
            #"wait_bucket{le="1.0"} 0"#,
            #"wait_bucket{le="+Inf"} 0"#
        ),
        bad(
            "invalidHistogram",
            3,
            "a bucket that has less than one below",
            "# TYPE wait histogram",
            #"wait_bucket{le="1"} 2"#,
            #"wait_bucket{le="+Inf"} 1"#
        ),
        bad(
            "invalidHistogram",
            5,
            "the second of two histograms",
            "# TYPE wait histogram",
            #"wait_bucket{a="1",le="+Inf"} 2"#,
            #"wait_sum{a="1"} 1"#,
            #"wait_count{a="1"} 2"#,
            #"wait_bucket{a="2",le="1"} 2"#
        ),
        bad(
            "invalidHistogram",
            2,
            "the first of two times",
            "# TYPE wait histogram",
            #"wait_bucket{le="1"} 2 1"#,
            #"wait_bucket{le="+Inf"} 2 2"#
        ),
        bad("invalidHistogram", 2, "a gauge histogram's sum alone", "# TYPE wait gaugehistogram", "wait_gsum 1"),
        bad(
            "invalidHistogram",
            3,
            "a gauge histogram's sum without a count",
            "# TYPE wait gaugehistogram",
            #"wait_bucket{le="+Inf"} 0"#,
            "wait_gsum 0"
        ),
        bad(
            "invalidHistogram",
            3,
            "a gauge histogram's count without a sum",
            "# TYPE wait gaugehistogram",
            #"wait_bucket{le="+Inf"} 0"#,
            "wait_gcount 0"
        ),
        bad(
            "invalidHistogram",
            4,
            "a gauge histogram's negative sum",
            "# TYPE wait gaugehistogram",
            #"wait_bucket{le="+Inf"} 1"#,
            "wait_gsum -1",
            "wait_gcount 1"
        ),
        bad(
            "interleaved",
            4,
            "a bucket after another family",
            "# TYPE wait histogram",
            #"wait_bucket{le="+Inf"} 1"#,
            "mail 1",
            "wait_count 1"
        ),
        bad(
            "invalidValue",
            2,
            "a native histogram",
            "# TYPE wait histogram",
            "wait {count:4,sum:6,schema:0,zero_threshold:0.1,zero_count:0}",
            differs: .nativeHistogram
        ),
        bad("invalidValue", 2, "half a native histogram", "# TYPE wait histogram", "wait {count:4"),
    ]
}
