/// Checks the buckets, count and sum of a histogram at one time, or the order of a summary's quantiles.
struct BucketPoint {
    private let kind: ParsedFamily.Kind
    private let isOpenMetrics: Bool
    private var line = 0
    /// The last bucket's bound and value, or the last quantile, as written.
    private var bound: String?
    private var bucket = "0"
    private var count: String?
    private var hasSum = false
    private var hasNegativeSum = false
    private var hasNegativeBounds = false

    init(_ kind: ParsedFamily.Kind, isOpenMetrics: Bool) {
        self.kind = kind
        self.isOpenMetrics = isOpenMetrics
    }

    mutating func add(_ sample: ParsedSample, suffix: String, bound: String?) throws(ExpositionError) {
        line = sample.line
        switch suffix {
        case "_bucket", "":
            guard let bound else { return }
            if let before = self.bound, isOrdered {
                guard NumberText.isLess(before, than: bound) else {
                    throw failure(
                        "\(bound.debugDescription) must come before \(before.debugDescription), and only once"
                    )
                }
            }
            self.bound = bound
            guard suffix == "_bucket" else { return }
            guard !NumberText.isLess(sample.valueText, than: bucket) else {
                throw failure("buckets are cumulative, but le=\(bound.debugDescription) has fewer than \(bucket)")
            }
            bucket = sample.valueText
            if NumberText.isLess(bound, than: "0") { hasNegativeBounds = true }
        case "_count", "_gcount": count = sample.valueText
        case "_sum", "_gsum":
            hasSum = true
            hasNegativeSum = sample.value < 0
        default: break
        }
    }

    /// Quantiles may come in any order in OpenMetrics, but not in Prometheus text.
    private var isOrdered: Bool { kind != .summary || !isOpenMetrics }

    /// Checks the rules that need all samples of the point.
    func check() throws(ExpositionError) {
        guard kind != .summary else { return }
        guard bound == "+Inf" else { throw failure("the bucket with le=\"+Inf\" is missing") }
        if let count {
            guard NumberText.areEqual(count, bucket) else {
                throw failure("the count is \(count), but the bucket with le=\"+Inf\" has \(bucket)")
            }
        }
        guard isOpenMetrics else { return }
        guard hasSum == (count != nil) else { throw failure("sum and count must either both exist or both be absent") }
        guard kind != .histogram || !hasSum || !hasNegativeBounds else {
            throw failure("a histogram with a negative bound must not have a sum")
        }
        guard !hasNegativeSum || hasNegativeBounds else {
            throw failure("the sum is negative, but no bucket has a negative bound")
        }
    }

    private func failure(_ problem: String) -> ExpositionError {
        ExpositionError(.invalidHistogram, line: line, problem)
    }
}
