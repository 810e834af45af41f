extension ParserCase {
    static let prometheusTextGood: [ParserCase] = [
        raw(.prometheusText, "nothing at all", []),
        goodText("blank lines", "", "  ", "\t"),
        goodText("samples alone", "mail 1.5", "wait -3e3 103948", "box{} 3"),
        goodText("a counter", "# HELP mail_total Letters.", "# TYPE mail_total counter", "mail_total 5"),
        goodText("a counter without a suffix", "# TYPE mail counter", "mail 5"),
        goodText("TYPE before HELP", "# TYPE mail gauge", "# HELP mail Letters.", "mail 5"),
        goodText("an untyped", "# HELP mail Letters.", "# TYPE mail untyped", #"mail{a="b"} 5"#, #"mail{a="c"} 6"#),
        goodText("comments", "# the mail room", "#", "#mail", "# NOTE mail x", "  # 12 a/b", "mail 1", "# end"),
        goodText("help without a word", "# HELP mail", "# TYPE mail gauge", "mail 1"),
        goodText("help of a metric that is not there", "# HELP mail Letters."),
        goodText("tabs", "#\tTYPE\tmail\tcounter", "#\tHELP\tmail\tLetters.", "mail\t1"),
        goodText("many spaces", "  #   TYPE  mail   counter  ", "#  HELP  mail  Letters.", "  mail   1  "),
        goodText(
            "spaces around labels",
            #"mail{ a = "b" } 1"#,
            "mail\t{\ta\t=\t\"c\"\t}\t2",
            #"mail {a="d" , b="e"}  3  "#
        ),
        goodText("no space after labels", #"mail{a="b"}1"#, #"mail{a="c"}-Inf"#, "box{}7"),
        goodText("a comma after the last label", #"mail{a="b",} 1"#, #"mail{a="c" , } 1"#),
        goodText("braces, hashes and commas in labels", ##"mail{a="{b}",c="} d # {",e=",="} 1"##),
        goodText("escapes in labels", #"mail{a="say \"hi\"\n",b="C:\\mail\\",c="\\n"} 1"#),
        goodText("escapes in help", #"# HELP mail a \\ b \n c \\n"#, "mail 1"),
        goodText("a quote in help", #"# HELP mail the "in" box"#, "mail 1"),
        goodText("letters of many scripts", "# HELP mail Sendungen für 東京 🚀", "mail{box=\"für 東京 🚀\"} 1"),
        goodText("composed and decomposed letters", "mail{box=\"\u{E9}\"} 1", "mail{box=\"e\u{301}\"} 2"),
        goodText("control characters in a label", "mail{box=\"a\u{0}\r\t\u{7F}\"} 1"),
        goodText("an empty label", #"mail{a=""} 1"#, #"mail{a="b"} 2"#),
        goodText("numbers of all shapes", "a 0042", "b -0", "c +7", "d .5", "e 5.", "f 1E3", "g 1e-07", "h 0001.50e+2"),
        goodText(
            "infinities in many spellings",
            "a +Inf",
            "b -Inf",
            "c inf",
            "d INFINITY",
            "e -infinity",
            "f nan",
            "g NaN"
        ),
        goodText("a negative counter", "# TYPE mail counter", "mail -1"),
        goodText("timestamps", "mail 1 1395066363000", "box 1 000", "wait 1 -3982045", #"room{a="b"} 1  5  "#),
        goodText(
            "a summary",
            "# TYPE wait summary",
            "wait_count 1",
            "wait_sum 2",
            #"wait{quantile="0.5"} 0.7"#,
            #"wait{quantile="0.9"} 0.8"#
        ),
        goodText(
            "quantiles beyond one",
            "# TYPE wait summary",
            #"wait{quantile="-12.34"} NaN"#,
            #"wait{quantile="7"} -1.2"#
        ),
        goodText(
            "a histogram",
            "# TYPE wait histogram",
            #"wait_bucket{le="1"} 0"#,
            #"wait_bucket{le="172.8"} 2"#,
            #"wait_bucket{le="+Inf"} 3"#,
            "wait_sum 1.75e+06",
            "wait_count 3"
        ),
        goodText(
            "a float histogram",
            "# TYPE wait histogram",
            #"wait_bucket{le="1"} 0.5"#,
            #"wait_bucket{le="+Inf"} 2.25"#,
            "wait_sum 3",
            "wait_count 2.25"
        ),
        goodText(
            "a histogram of negative values",
            "# TYPE wait histogram",
            #"wait_bucket{le="-1"} 1"#,
            #"wait_bucket{le="+Inf"} 2"#,
            "wait_sum -3",
            "wait_count 2"
        ),
        goodText(
            "histograms of several metrics, by sample",
            "# TYPE wait histogram",
            #"wait_bucket{a="1",le="1"} 0"#,
            #"wait_bucket{a="1",le="+Inf"} 3"#,
            #"wait_bucket{a="2",le="1"} 1"#,
            #"wait_bucket{a="2",le="+Inf"} 4"#,
            #"wait_sum{a="1"} 1"#,
            #"wait_sum{a="2"} 1"#,
            #"wait_count{a="1"} 3"#,
            #"wait_count{a="2"} 4"#
        ),
        goodText("metrics that take turns", #"mail{a="1",b="1"} 0"#, #"mail{a="2",b="1"} 0"#, #"mail{a="1",b="2"} 0"#),
        goodText(
            "a quoted name",
            "# HELP \"mail.sent\" Letters.",
            "# TYPE \"mail.sent\" counter",
            #"{"mail.sent","box.id"="in"} 1"#
        ),
        goodText("a quoted name without labels", #"{"mail.sent"} 42.0 1234567890"#, #"{ "mail.1" , } 2"#),
        goodText("a quoted name after a label", #"{a="b", "mail.sent"} 1"#),
        goodText("a quoted label of a plain name", #"mail{"box.id"="in", plain="x"} 5"#),
        goodText(
            "quoted names with escapes",
            "# HELP \"a \\\"b\\\" # {}=\\\\\\n\" Letters.",
            #"{"a \"b\" # {}=\\\n","c } d"="\n } \" e"} 1"#
        ),
        goodText(
            "a quoted histogram",
            "# TYPE \"wait.s\" histogram",
            #"{"wait.s_bucket",le="+Inf"} 1"#,
            #"{"wait.s_sum"} 1"#,
            #"{"wait.s_count"} 1"#
        ),
    ]
}
