extension ParserCase {
    static let openMetricsOrder: [ParserCase] = [
        bad(
            "interleaved",
            4,
            "metrics of a gauge that take turns",
            "# TYPE mail gauge",
            #"mail{a="1"} 0"#,
            #"mail{a="2"} 0"#,
            #"mail{a="1"} 0"#
        ),
        bad(
            "interleaved",
            4,
            "metrics of a summary that take turns",
            "# TYPE wait summary",
            #"wait_count{a="1"} 0"#,
            #"wait_count{a="2"} 0"#,
            #"wait_sum{a="1"} 0"#
        ),
        bad(
            "interleaved",
            4,
            "buckets of metrics that take turns",
            "# TYPE wait histogram",
            #"wait_bucket{a="1",le="1"} 0"#,
            #"wait_bucket{a="2",le="+Inf"} 0"#,
            #"wait_bucket{a="1",le="+Inf"} 0"#
        ),
        bad(
            "interleaved",
            4,
            "a gauge histogram's metrics that take turns",
            "# TYPE wait gaugehistogram",
            #"wait_gsum{a="1"} 0"#,
            #"wait_gsum{a="2"} 0"#,
            #"wait_gcount{a="1"} 0"#
        ),
        bad(
            "interleaved",
            4,
            "states of things that take turns",
            "# TYPE door stateset",
            #"door{r="1",door="a"} 0"#,
            #"door{r="2",door="a"} 0"#,
            #"door{r="1",door="b"} 0"#
        ),
        bad(
            "interleaved",
            4,
            "an info that comes back",
            "# TYPE build info",
            #"build_info{v="1"} 1 1"#,
            #"build_info{v="2"} 1 1"#,
            #"build_info{v="1"} 1 2"#,
            differs: .infoByLabels
        ),
        bad(
            "interleaved",
            3,
            "families that take turns",
            "# TYPE wait summary",
            #"quantile{quantile="0"} 0"#,
            #"wait_sum{a="1"} 0"#
        ),
        bad("interleaved", 3, "a family that comes back", "mail 1", "box 1", #"mail{a="b"} 1"#),
        bad("duplicateSeries", 2, "a gauge twice", "mail 1", "mail 1", differs: .duplicateMetric),
        bad(
            "duplicateSeries",
            2,
            "a gauge twice, with other values",
            #"mail{a="b"} 1"#,
            #"mail{a="b"} 2"#,
            differs: .duplicateMetric
        ),
        bad(
            "duplicateSeries",
            2,
            "labels in another order",
            #"mail{a="1",b="2"} 1"#,
            #"mail{b="2",a="1"} 1"#,
            differs: .duplicateMetric
        ),
        bad(
            "duplicateSeries",
            2,
            "the same letters, escaped",
            #"mail{a="\\z"} 1"#,
            #"mail{a="\z"} 1"#,
            differs: .duplicateMetric
        ),
        bad(
            "duplicateSeries",
            3,
            "a state twice",
            "# TYPE door stateset",
            #"door{door="a"} 0"#,
            #"door{door="a"} 0"#,
            differs: .duplicateMetric
        ),
        bad("timestampOrder", 2, "times that go back", "mail 0 -1", "mail 0 -2"),
        bad("timestampOrder", 2, "times that go back by a tenth", "mail 0 -1", "mail 0 -1.1"),
        bad("timestampOrder", 2, "times that go back over the epoch", "mail 0 1", "mail 0 -1"),
        bad("timestampOrder", 2, "times that go back to a whole second", "mail 0 1.1", "mail 0 1"),
        bad("timestampOrder", 2, "times that go back to the epoch", "mail 0 1", "mail 0 0"),
        bad(
            "timestampOrder",
            2,
            "times that go back by a nanosecond",
            "mail 0 1600000000.000000002",
            "mail 0 1600000000.000000001"
        ),
        bad("timestampOrder", 2, "times that go back in many digits", "mail 0 100", "mail 0 99.5"),
        bad("timestampOrder", 2, "times that go back in an exponent", "mail 0 2e3", "mail 0 1.5e3"),
        bad("timestampOrder", 2, "a time after none", "mail 0", "mail 0 0"),
        bad("timestampOrder", 2, "no time after one", "mail 0 0", "mail 0"),
        bad(
            "timestampOrder",
            4,
            "points of a summary that take turns",
            "# TYPE wait summary",
            "wait_count 0 123",
            "wait_count 0 456",
            "wait_sum 0 123"
        ),
    ]
}
