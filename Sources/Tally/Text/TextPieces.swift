/// The parts of a family's Prometheus text that do not change, made once.
struct TextPieces: Sendable {
    /// The HELP and TYPE lines.
    let header: [UInt8]
    /// The TYPE, UNIT and HELP lines of OpenMetrics.
    let openMetricsHeader: [UInt8]
    /// What begins each sample of a histogram's buckets, `name_bucket{`, and of other series of many samples, `name{`, with
    /// the constant labels.
    let sampleHead: [UInt8]
    /// Of a histogram: `name_sum` and `name_count`, up to the series' own labels.
    let sumHead: [UInt8]
    let countHead: [UInt8]
    /// `name_created`, up to the series' own labels, where there can be such a sample.
    let createdHead: [UInt8]
    /// What stands between the labels of the sum or the count and the value.
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
        unit: String?,
        constant: [UInt8],
        hasLabels: Bool
    ) {
        openMetricsHeader = Self.openMetricsHeader(name, help, kind, unit)
        header =
            Array("# HELP ".utf8) + NameText.metric(name) + Array(" ".utf8) + Self.escaped(help)
            + Array("\n# TYPE ".utf8) + NameText.metric(name) + Array(" \(kind.textType)\n".utf8)
        createdHead =
            NameText.opening(MetricName.base(of: name, as: kind) + "_created", hasLabels: hasLabels) + constant
        func tails(_ label: String, _ values: [String]) -> [[UInt8]] {
            values.map { value in
                Array((hasLabels ? "," : "").utf8) + NameText.label(label) + Array("=\"".utf8)
                    + LabelTextWriter.escaped(value) + Array("\"} ".utf8)
            }
        }
        guard kind == .histogram else {
            sampleHead = parts.values.isEmpty ? [] : NameText.opening(name, hasLabels: true) + constant
            sumHead = []
            countHead = []
            labelsEnd = []
            sampleTails = tails(parts.label, parts.values)
            return
        }
        sampleHead = NameText.opening("\(name)_bucket", hasLabels: true) + constant
        sumHead = NameText.opening("\(name)_sum", hasLabels: hasLabels) + constant
        countHead = NameText.opening("\(name)_count", hasLabels: hasLabels) + constant
        labelsEnd = NameText.closing(name, hasLabels: hasLabels)
        sampleTails = tails("le", (bounds + [.infinity]).map(BoundText.canonical))
    }

    /// `\` and line feeds escaped; a quote only where it is asked for.
    static func escaped(_ text: String, quotes: Bool = false) -> [UInt8] {
        text.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "\\"): [byte, byte]
            case UInt8(ascii: "\""): quotes ? [UInt8(ascii: "\\"), byte] : [byte]
            case UInt8(ascii: "\n"): [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            default: [byte]
            }
        }
    }

    /// A family's name is without the suffix that its samples have.
    ///
    /// https://prometheus.io/docs/specs/om/open_metrics_spec/#metricfamily
    private static func openMetricsHeader(
        _ name: String,
        _ help: String,
        _ kind: MetricKind,
        _ unit: String?
    ) -> [UInt8] {
        let type =
            switch kind {
            case .counter, .floatCounter: "counter"
            case .info: "info"
            case .gauge, .activeUsers: "gauge"
            case .stateSet: "stateset"
            case .histogram: "histogram"
            }
        let base = MetricName.base(of: name, as: kind)
        // Where an escaping moves the unit away from the end, as `dots` does before `_total`, it cannot be written.
        let unit = unit.flatMap { base.utf8.hasSuffix(unit: $0) ? $0 : nil }
        let family = NameText.metric(base)
        func line(_ keyword: String, _ text: [UInt8]) -> [UInt8] {
            Array("# \(keyword) ".utf8) + family + Array(" ".utf8) + text + Array("\n".utf8)
        }
        return line("TYPE", Array(type.utf8)) + (unit.map { line("UNIT", Array($0.utf8)) } ?? [])
            + line("HELP", escaped(help, quotes: true))
    }

    /// The unit that a family's name ends in. Taken from the registered name alone, so that no escaping gives the family
    /// another one.
    ///
    /// "If non-empty, it MUST be a suffix of the MetricFamily name separated by an underscore": `a.seconds` has none.
    /// https://prometheus.io/docs/specs/om/open_metrics_spec/#unit
    static func unit(of name: String, as kind: MetricKind) -> String? {
        guard kind != .info, kind != .stateSet else { return nil }
        let base = MetricName.base(of: name, as: kind)
        return units.first { base.utf8.hasSuffix(unit: $0) }
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
            + createdHead.count + 3 * (labelsEnd.count + line)
    }
}

extension String.UTF8View {
    fileprivate func hasSuffix(unit: String) -> Bool { suffix(unit.utf8.count + 1).elementsEqual("_\(unit)".utf8) }
}
