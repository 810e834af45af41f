internal import Tally

/// The values of a family's series that have a history.
enum SeriesShape: Sendable {
    /// A total, shown as a rate.
    case counter
    /// Values shown unchanged, one for each sample.
    case gauge(count: Int)
    /// Cumulative counts, shown as a rate and quantiles. The last bound is infinite.
    case histogram(bounds: [Double])
    /// Constants, and types that the page does not plot.
    case other

    /// The quantiles of a histogram, whose curves follow the curve of the rate.
    static let quantiles = [0.5, 0.9, 0.99]

    /// The largest number of samples with a history, such as the windows of active users.
    private static let maxSamples = 8

    init(_ family: FamilyReading) {
        let samples = family.samples
        switch family.type {
        case "counter" where samples.count == 1: self = .counter
        case "histogram" where family.sampleLabel == "le":
            let bounds = samples.prefix { $0.suffix == "_bucket" }.compactMap { $0.part.flatMap(Double.init) }
            let isWhole = bounds.count + 2 == samples.count && bounds.last == .infinity
            self = isWhole ? .histogram(bounds: bounds) : .other
        case "gauge" where samples.count <= Self.maxSamples && !family.name.hasSuffix("_info"):
            self = .gauge(count: samples.count)
        default: self = .other
        }
    }

    /// The number of curves of a series.
    var curves: Int {
        switch self {
        case .counter: 1
        case .gauge(let count): count
        // One bucket alone has no quantiles.
        case .histogram(let bounds): bounds.count > 1 ? 1 + Self.quantiles.count : 1
        case .other: 0
        }
    }

    /// The number of values that a step accumulates or compares.
    var totals: Int {
        switch self {
        case .counter: 1
        case .gauge(let count): count
        case .histogram(let bounds): bounds.count
        case .other: 0
        }
    }

    /// The memory of a series, in curves: its own curves, and as many as fit into the memory of its totals.
    var weight: Int {
        let bytes = totals * HistoryRange.allCases.count * MemoryLayout<Double>.size
        return curves + bytes / HistoryRange.bytes
    }

    /// Estimates a quantile as Prometheus does, by linear interpolation within a bucket. NaN without observations.
    ///
    /// https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
    static func quantile(_ quantile: Double, _ cumulative: [Double], _ bounds: [Double]) -> Double {
        guard bounds.count > 1, let total = cumulative.last, total > 0 else { return .nan }
        let rank = quantile * total
        let bucket = cumulative.firstIndex { $0 >= rank } ?? bounds.count - 1
        if bucket == bounds.count - 1 { return bounds[bucket - 1] }
        if bucket == 0, bounds[0] <= 0 { return bounds[0] }
        let before = bucket == 0 ? 0 : cumulative[bucket - 1]
        let start = bucket == 0 ? 0 : bounds[bucket - 1]
        let inside = cumulative[bucket] - before
        return inside > 0 ? start + (bounds[bucket] - start) * (rank - before) / inside : bounds[bucket]
    }
}

extension SampleValue {
    var double: Double {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .absent: .nan
        }
    }
}
