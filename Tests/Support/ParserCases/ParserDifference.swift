/// A deliberate difference between Tally's parser and client_python's.
///
/// client_python's documentation calls its parsers laxer than the specification.
package struct ParserDifference: Sendable, Hashable {
    /// The rule, in short.
    package let reason: String
    /// The specification's sentence or grammar.
    package let sentence: String

    // MARK: OpenMetrics 1.0, https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md

    package static let quoteInHelp = Self(
        reason: "a quote in HELP is escaped",
        sentence: "Any unicode character, except newline, double quote, and backslash"
    )
    package static let helpEndsInBackslash = Self(
        reason: "a backslash is followed by something",
        sentence: "escaped-char =/ BS normal-char"
    )
    package static let spacesInLabels = Self(
        reason: "there is no space between labels",
        sentence: #"labels = "{" [label *(COMMA label)] "}""#
    )
    package static let colonInLabel = Self(
        reason: "a label has no colon",
        sentence: #"label-name-initial-char = ALPHA / "_""#
    )
    package static let spacesInMetadata = Self(
        reason: "one space between words, none at the end",
        sentence: "metric-descriptor = HASH SP type SP metricname SP metric-type LF"
    )
    package static let unitBytes = Self(
        reason: "a unit has only the bytes of a name",
        sentence: "HASH SP unit SP metricname SP *metricname-char LF"
    )
    package static let boundElsewhere = Self(
        reason: "only buckets have the label le",
        sentence: #"A Histogram's Metric's LabelSet MUST NOT have a "le" label name."#
    )
    package static let quantileElsewhere = Self(
        reason: "only quantiles have the label quantile",
        sentence: #"A Quantile's Metric's LabelSet MUST NOT have "quantile" label name."#
    )
    package static let createdIsATime = Self(
        reason: "_created is a time, so it is neither NaN nor infinite",
        sentence: "Timestamps MUST be Unix Epoch in seconds."
    )
    package static let exemplarInItsBucket = Self(
        reason: "an exemplar is not above its bucket",
        sentence:
            "Each bucket covers the values less and or equal to it, and the value of the exemplar MUST be within this range."
    )
    package static let duplicateMetric = Self(
        reason: "a series appears once, unless its timestamps differ",
        sentence: "Every Metric within a MetricFamily MUST have a unique LabelSet."
    )
    package static let tooLargeForADouble = Self(
        reason: "a number that a double cannot hold is not infinity",
        sentence:
            "Floating point numbers MUST fit within the range of a 64-bit floating point value as defined by IEEE 754"
    )
    package static let asciiDigits = Self(
        reason: "digits are ASCII",
        sentence: "realnumber = [SIGN] 1*DIGIT"
    )
    package static let exemplarName = Self(
        reason: "an exemplar has labels, but no name",
        sentence: "exemplar = SP HASH SP labels SP number [SP timestamp]"
    )
    package static let emptyLabelName = Self(
        reason: "a label's name is not empty, not even in quotes; the Go parser agrees",
        sentence: "label-name = label-name-initial-char *label-name-char"
    )
    package static let spaceBeforeLabels = Self(
        reason: "no space separates the name from its labels",
        sentence: "sample = metricname [labels] SP number [SP timestamp] [exemplar] LF"
    )
    package static let quotedWithoutMetadata = Self(
        reason: "client_python fails on a quoted name without a TYPE line",
        sentence: "If no TYPE is exposed, the MetricFamily MUST be of type Unknown."
    )
    package static let laterPoints = Self(
        reason: "client_python drops parts of a metric's second point, although the specification's example has them",
        sentence:
            "If more than one MetricPoint is exposed for a Metric, then its MetricPoints MUST have monotonically increasing timestamps."
    )
    package static let nativeHistogram = Self(
        reason: "OpenMetrics 1.0 has no native histograms",
        sentence: "sample = metricname [labels] SP number [SP timestamp] [exemplar] LF"
    )
    package static let sameTimestamp = Self(
        reason: "client_python drops a line with the timestamp of the line before; Tally keeps it",
        sentence:
            "If more than one MetricPoint is exposed for a Metric, then its MetricPoints MUST have monotonically increasing timestamps."
    )
    package static let infoByLabels = Self(
        reason: "client_python takes all samples of an info for one metric; Tally distinguishes them by their labels",
        sentence: "Metrics are defined by a unique LabelSet within a MetricFamily."
    )

    // MARK: Prometheus text, https://prometheus.io/docs/instrumenting/exposition_formats/

    package static let lastLineFeed = Self(
        reason: "the text ends with a line feed",
        sentence: "The last line must end with a line feed character."
    )
    package static let carriageReturn = Self(
        reason: "a carriage return ends no line",
        sentence: "Lines are separated by a line feed character (\\n)."
    )
    package static let textEscapes = Self(
        reason: "a backslash escapes only what must be escaped",
        sentence: "but backslash, double-quote, and line feed must be escaped."
    )
    package static let helpEscapes = Self(
        reason: "a backslash in HELP is escaped",
        sentence: #"the backslash and the line feed characters have to be escaped as `\\` and `\n`, respectively."#
    )
    package static let helpNamesAMetric = Self(
        reason: "HELP names a metric",
        sentence: "If the token is HELP, at least one more token is expected, which is the metric name."
    )
    package static let textNames = Self(
        reason: "a name before labels is an identifier as well",
        sentence: "metric_name = identifier"
    )
    package static let textTypes = Self(
        reason: "there are five types",
        sentence: "the second is either counter, gauge, histogram, summary, or untyped"
    )
    package static let oneHelp = Self(
        reason: "one HELP line per name",
        sentence: "Only one HELP line may exist for any given metric name."
    )
    package static let oneType = Self(
        reason: "one TYPE line per name",
        sentence: "Only one TYPE line may exist for a given metric name."
    )
    package static let typeBeforeSamples = Self(
        reason: "TYPE comes before the samples",
        sentence:
            "The TYPE line for a metric name must appear before the first sample is reported for that metric name."
    )
    package static let oneGroup = Self(
        reason: "a metric's lines form one group, HELP and TYPE first",
        sentence:
            "All lines for a given metric must be provided as one single group, with the optional HELP and TYPE lines first"
    )
    package static let uniqueLines = Self(
        reason: "a series appears once",
        sentence: "Each line must have a unique combination of a metric name and labels."
    )
    package static let wholeMilliseconds = Self(
        reason: "a timestamp is a whole number of milliseconds",
        sentence: "The timestamp is an int64"
    )
    package static let nothingAfterTimestamp = Self(
        reason: "nothing follows the timestamp",
        sentence: "metric_name_or_labels value [ timestamp ]"
    )
    package static let commaAfterALabel = Self(
        reason: "a comma follows a label",
        sentence: #"label_pairs = label_pair { "," label_pair } [ "," ]"#
    )
    package static let parseFloat = Self(
        reason: "a number that a double cannot hold is not infinity",
        sentence: "value is a float represented as required by Go's ParseFloat() function."
    )
    package static let infiniteBucket = Self(
        reason: "a histogram has the bucket +Inf, which is the count",
        sentence:
            #"A histogram must have a bucket with {le="+Inf"}. Its value must be identical to the value of x_count."#
    )
    package static let bucketLabels = Self(
        reason: "a bucket has a bound, and a histogram no sample of its bare name",
        sentence:
            #"a separate sample line with the name x_bucket and a label {le="y"} (where y is the upper bound of the bucket)."#
    )
    package static let quantileLabels = Self(
        reason: "a quantile has the label quantile",
        sentence:
            #"Each quantile of a summary named x is given as a separate sample line with the same name x and a label {quantile="y"}."#
    )
    package static let risingBounds = Self(
        reason: "bounds and quantiles increase",
        sentence: "The buckets of a histogram and the quantiles of a summary must appear in increasing numerical order"
    )
    package static let counts = Self(
        reason:
            "counts are not negative and buckets are cumulative, as the Go parser and promtool require",
        sentence: "(where y is the upper bound of the bucket)"
    )
}
