/// Prometheus text, and the conventions it breaks.
package struct LintCase: Sendable, CustomStringConvertible {
    package let text: String
    /// Each problem as the metric's name and the code.
    package let problems: [String]

    /// Metrics about which promtool's releases disagree: older ones reject any type in a name, not only the metric's
    /// own, and check units in no order; all misspell `mebi`.
    package static let disputed: Set<String> = [
        "mail_gauge", "mail_summary", "mail_gauge_total", "seconds_hours", "hours_seconds", "disk_mebibytes",
    ]

    package var description: String { text }

    private init(_ lines: [String], _ problems: [String]) {
        text = lines.map { $0 + "\n" }.joined()
        self.problems = problems
    }

    /// A family with help and one sample of its bare name.
    private init(_ name: String, _ type: String, _ codes: String...) {
        self.init(
            ["# HELP \(name) Some help.", "# TYPE \(name) \(type)", "\(name) 1"],
            codes.map { "\(name) \($0)" }
        )
    }

    private init(lines: String..., problems: [String] = []) {
        self.init(lines, problems)
    }

    package static let all: [LintCase] = [
        // Valid names.
        Self("mail_sent_total", "counter"), Self("mail_queue", "gauge"), Self("mail_queue", "untyped"),
        Self("wait_seconds", "gauge"), Self("wait_seconds_total", "counter"), Self("disk_bytes", "gauge"),
        Self("room_celsius", "gauge"), Self("lamp_kelvin", "gauge"), Self("road_meters", "gauge"),
        Self("road_metres", "gauge"), Self("wire_amperes", "gauge"), Self("wire_volts", "gauge"),
        Self("cake_grams", "gauge"), Self("cake_joules", "gauge"), Self("load_ratio", "gauge"),
        Self("s", "gauge"), Self("ms_mail", "gauge"), Self("gauge_mail", "gauge"), Self("mail_gauge", "untyped"),
        Self("mail_summary", "gauge"), Self("mailgauge", "gauge"), Self("mail_gauges", "gauge"),
        Self("mail_bucket_mail", "gauge"), Self("MAIL_QUEUE", "gauge"), Self("Mail_queue", "gauge"),
        // Help.
        Self(lines: "# TYPE mail_queue gauge", "mail_queue 1", problems: ["mail_queue missingHelp"]),
        Self(lines: "mail_queue 1", problems: ["mail_queue missingHelp"]),
        Self(lines: "# HELP mail_queue", "mail_queue 1", problems: ["mail_queue missingHelp"]),
        // Counters.
        Self("mail_sent", "counter", "counterWithoutTotal"),
        Self("mail_total_sent", "counter", "counterWithoutTotal"),
        Self("mail_total", "gauge", "totalWithoutCounter"), Self("mail_total", "untyped"),
        Self(
            lines: "# HELP mail_total Some help.",
            "# TYPE mail_total summary",
            "mail_total_sum 1",
            "mail_total_count 1",
            problems: ["mail_total totalWithoutCounter"]
        ),
        // Suffixes and labels of histograms and summaries.
        Self("mail_count", "gauge", "reservedSuffix"), Self("mail_sum", "gauge", "reservedSuffix"),
        Self("mail_bucket", "gauge", "reservedSuffix"), Self("mail_count", "untyped"), Self("mail_bucket", "untyped"),
        Self("mail_count", "counter", "counterWithoutTotal", "reservedSuffix"),
        Self(
            lines: "# HELP mail_bucket Some help.",
            "# TYPE mail_bucket summary",
            "mail_bucket_sum 1",
            "mail_bucket_count 1",
            problems: ["mail_bucket reservedSuffix"]
        ),
        Self(
            lines: "# HELP mail_count Some help.",
            "# TYPE mail_count summary",
            "mail_count_sum 1",
            "mail_count_count 1"
        ),
        Self(
            lines: "# HELP mail_sum Some help.",
            "# TYPE mail_sum histogram",
            #"mail_sum_bucket{le="+Inf"} 1"#,
            "mail_sum_sum 1",
            "mail_sum_count 1"
        ),
        Self(
            lines: "# HELP mail_queue Some help.",
            "# TYPE mail_queue gauge",
            #"mail_queue{le="1"} 1"#,
            problems: ["mail_queue reservedLabel"]
        ),
        Self(
            lines: "# HELP mail_queue Some help.",
            "# TYPE mail_queue gauge",
            #"mail_queue{quantile="1"} 1"#,
            problems: ["mail_queue reservedLabel"]
        ),
        Self(lines: "# HELP mail_queue Some help.", #"mail_queue{le="1",quantile="1"} 1"#),
        Self(
            lines: "# HELP wait_seconds Some help.",
            "# TYPE wait_seconds histogram",
            #"wait_seconds_bucket{le="+Inf"} 1"#,
            "wait_seconds_sum 1",
            "wait_seconds_count 1"
        ),
        Self(
            lines: "# HELP wait_seconds Some help.",
            "# TYPE wait_seconds summary",
            #"wait_seconds{quantile="0.5"} 1"#,
            "wait_seconds_sum 1",
            "wait_seconds_count 1"
        ),
        // Units.
        Self("wait_milliseconds", "gauge", "unitNotBase"), Self("wait_milliseconds", "untyped", "unitNotBase"),
        Self("wait_nanoseconds_total", "counter", "unitNotBase"), Self("wait_minutes", "gauge", "unitNotBase"),
        Self("wait_hours", "gauge", "unitNotBase"), Self("wait_days", "gauge", "unitNotBase"),
        Self("wait_weeks", "gauge", "unitNotBase"), Self("disk_bits", "gauge", "unitNotBase"),
        Self("disk_kilobytes", "gauge", "unitNotBase"), Self("disk_gibibytes_free", "gauge", "unitNotBase"),
        Self("disk_megabits", "gauge", "unitNotBase"),
        Self("room_fahrenheit", "gauge", "unitNotBase"), Self("room_kelvins", "gauge", "unitNotBase"),
        Self("room_rankine", "gauge", "unitNotBase"), Self("road_inches", "gauge", "unitNotBase"),
        Self("road_yards", "gauge", "unitNotBase"), Self("road_miles", "gauge", "unitNotBase"),
        Self("road_kilometers", "gauge", "unitNotBase"), Self("cake_calories", "gauge", "unitNotBase"),
        Self("cake_kilocalories", "gauge", "unitNotBase"), Self("cake_pounds", "gauge", "unitNotBase"),
        Self("cake_ounces", "gauge", "unitNotBase"), Self("cake_kilograms", "gauge", "unitNotBase"),
        Self("wait_microseconds", "gauge", "unitNotBase"),
        Self("disk_mebibytes", "gauge", "unitNotBase"), Self("seconds_hours", "gauge"),
        Self("hours_seconds", "gauge", "unitNotBase"),
        Self("wait_secondsx", "gauge"), Self("wait_SECONDS", "gauge"),
        // Abbreviations.
        Self("wait_s", "gauge", "abbreviatedUnit"), Self("wait_sec", "gauge", "abbreviatedUnit"),
        Self("wait_ms", "gauge", "abbreviatedUnit"), Self("wait_us", "untyped", "abbreviatedUnit"),
        Self("wait_ns_total", "counter", "abbreviatedUnit"), Self("wait_MS", "gauge", "abbreviatedUnit"),
        Self("disk_b", "gauge", "abbreviatedUnit"), Self("disk_kb", "gauge", "abbreviatedUnit"),
        Self("disk_mb_free", "gauge", "abbreviatedUnit"), Self("disk_gb", "gauge", "abbreviatedUnit"),
        Self("disk_tb", "gauge", "abbreviatedUnit"), Self("disk_pb", "gauge", "abbreviatedUnit"),
        Self("road_m", "gauge", "abbreviatedUnit"), Self("wait_h", "gauge", "abbreviatedUnit"),
        Self("wait_d", "gauge", "abbreviatedUnit"), Self("mail_s_b", "gauge", "abbreviatedUnit"),
        // Types.
        Self("mail_gauge", "gauge", "typeInName"), Self("mail_gauge_in", "gauge", "typeInName"),
        Self("mail_Gauge", "gauge", "typeInName"), Self("mail_counter_total", "counter", "typeInName"),
        Self("mail_gauge_total", "counter"),
        Self(
            lines: "# HELP wait_histogram Some help.",
            "# TYPE wait_histogram histogram",
            #"wait_histogram_bucket{le="+Inf"} 1"#,
            "wait_histogram_sum 1",
            "wait_histogram_count 1",
            problems: ["wait_histogram typeInName"]
        ),
        // Letters.
        Self("mailQueue", "gauge", "camelCase"), Self("mailQueue", "untyped", "camelCase"),
        Self("mail_Q1", "gauge"), Self("team:mail", "gauge", "colonInName"),
        Self("team:mail", "untyped", "colonInName"),
        Self(
            lines: "# HELP mail_queue Some help.",
            "# TYPE mail_queue gauge",
            #"mail_queue{boxName="in"} 1"#,
            problems: ["mail_queue camelCase"]
        ),
        Self(
            lines: "# HELP mail_queue Some help.",
            "# TYPE mail_queue gauge",
            #"mail_queue{box_name="inBox"} 1"#
        ),
        // Several problems.
        Self("team:mailWait_ms_total", "gauge", "abbreviatedUnit", "camelCase", "colonInName", "totalWithoutCounter"),
        Self(
            lines: "# HELP b_ms Some help.",
            "b_ms 1",
            "# HELP a_ms Some help.",
            "a_ms 1",
            problems: ["a_ms abbreviatedUnit", "b_ms abbreviatedUnit"]
        ),
    ]
}
