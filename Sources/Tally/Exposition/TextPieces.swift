/// The parts of a family's Prometheus text that do not change, made once.
struct TextPieces: Sendable {
    /// The HELP and TYPE lines.
    let header: [UInt8]
    /// The TYPE, UNIT and HELP lines of OpenMetrics.
    let openMetricsHeader: [UInt8]
    /// What begins each sample of a histogram's buckets, `name_bucket{`, and of other series of many samples, `name{`, with
    /// the constant labels.
    let sampleHead: [UInt8]
    /// Of a histogram: `name_sum` and `name_count`, with `{` where there are labels, and the constant ones.
    let sumHead: [UInt8]
    let countHead: [UInt8]
    /// What closes the labels of the sum and the count.
    let labelsEnd: [UInt8]
    /// `le="0.005"} ` for each bucket, `window="24h"} ` for each window, and so on, with a comma before it where other labels
    /// come first.
    let sampleTails: [[UInt8]]

    init(
        name: String,
        help: String,
        kind: MetricKind,
        bounds: [Double],
        parts: SampleParts,
        constant: [UInt8],
        hasLabels: Bool
    ) {
        let type =
            switch kind {
            case .counter, .floatCounter: "counter"
            case .gauge, .info, .activeUsers, .stateSet: "gauge"
            case .histogram: "histogram"
            }
        openMetricsHeader = Self.openMetricsHeader(name, help, kind)
        header =
            Array("# HELP \(name) ".utf8) + Self.escapedHelp(help) + Array("\n# TYPE \(name) \(type)\n".utf8)
        func tails(_ label: String, _ values: [String]) -> [[UInt8]] {
            values.map { value in
                Array("\(hasLabels ? "," : "")\(label)=\"".utf8) + LabelTextWriter.escaped(value) + Array("\"} ".utf8)
            }
        }
        guard kind == .histogram else {
            sampleHead = parts.values.isEmpty ? [] : Array("\(name){".utf8) + constant
            sumHead = []
            countHead = []
            labelsEnd = []
            sampleTails = tails(parts.label, parts.values)
            return
        }
        sampleHead = Array("\(name)_bucket{".utf8) + constant
        sumHead = Array("\(name)_sum\(hasLabels ? "{" : " ")".utf8) + constant
        countHead = Array("\(name)_count\(hasLabels ? "{" : " ")".utf8) + constant
        labelsEnd = Array((hasLabels ? "} " : "").utf8)
        sampleTails = tails("le", (bounds + [.infinity]).map(BoundText.canonical))
    }

    /// `\` and line feeds escaped; a quote only where it is asked for.
    private static func escapedHelp(_ help: String, quotes: Bool = false) -> [UInt8] {
        help.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "\\"): [byte, byte]
            case UInt8(ascii: "\""): quotes ? [UInt8(ascii: "\\"), byte] : [byte]
            case UInt8(ascii: "\n"): [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            default: [byte]
            }
        }
    }

    /// A family's name is without the suffix that its samples have, and a unit is what it ends in.
    ///
    /// https://prometheus.io/docs/specs/om/open_metrics_spec/#metricfamily
    private static func openMetricsHeader(_ name: String, _ help: String, _ kind: MetricKind) -> [UInt8] {
        let type: String
        var family = name
        switch kind {
        case .counter, .floatCounter:
            type = "counter"
            family.removeLast("_total".count)
        case .info:
            type = "info"
            family.removeLast("_info".count)
        case .gauge, .activeUsers: type = "gauge"
        case .stateSet: type = "stateset"
        case .histogram: type = "histogram"
        }
        let unit = kind == .info || kind == .stateSet ? nil : units.first { family.hasSuffix("_\($0)") }
        return Array("# TYPE \(family) \(type)\n".utf8) + Array((unit.map { "# UNIT \(family) \($0)\n" } ?? "").utf8)
            + Array("# HELP \(family) ".utf8) + escapedHelp(help, quotes: true) + [UInt8(ascii: "\n")]
    }

    /// Base units, as Prometheus names them. https://prometheus.io/docs/practices/naming/#base-units
    private static let units = [
        "seconds", "bytes", "ratio", "celsius", "kelvin", "meters", "volts", "amperes", "joules", "grams", "hertz",
    ]

    /// The most bytes that a series of many samples can take.
    func maxBytes(labelBytes: Int) -> Int {
        let tails = sampleTails.reduce(0) { $0 + $1.count }
        let line = labelBytes + OutputBuffer.maxDoubleBytes + 1
        return tails + sampleTails.count * (sampleHead.count + line) + sumHead.count + countHead.count
            + 2 * (labelsEnd.count + line)
    }
}
