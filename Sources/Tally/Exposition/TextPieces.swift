/// The parts of a family's Prometheus text that do not change, made once.
struct TextPieces: Sendable {
    /// The HELP and TYPE lines.
    let header: [UInt8]
    /// What begins each sample of a histogram's buckets, `name_bucket{`, and of active users, `name{`, with the constant
    /// labels.
    let sampleHead: [UInt8]
    /// Of a histogram: `name_sum` and `name_count`, with `{` where there are labels, and the constant ones.
    let sumHead: [UInt8]
    let countHead: [UInt8]
    /// What closes the labels of the sum and the count.
    let labelsEnd: [UInt8]
    /// `le="0.005"} ` for each bucket, `window="24h"} ` for each window, with a comma before it where other labels come
    /// first.
    let sampleTails: [[UInt8]]

    init(
        name: String,
        help: String,
        kind: MetricKind,
        bounds: [Double],
        windows: [Window],
        constant: [UInt8],
        hasLabels: Bool
    ) {
        let type =
            switch kind {
            case .counter, .floatCounter: "counter"
            case .gauge, .info, .activeUsers: "gauge"
            case .histogram: "histogram"
            }
        header =
            Array("# HELP \(name) ".utf8) + Self.escapedHelp(help) + Array("\n# TYPE \(name) \(type)\n".utf8)
        func tails(_ label: String, _ values: [String]) -> [[UInt8]] {
            values.map { Array("\(hasLabels ? "," : "")\(label)=\"\($0)\"} ".utf8) }
        }
        guard kind == .histogram else {
            sampleHead = kind == .activeUsers ? Array("\(name){".utf8) + constant : []
            sumHead = []
            countHead = []
            labelsEnd = []
            sampleTails = tails("window", windows.map(\.description))
            return
        }
        sampleHead = Array("\(name)_bucket{".utf8) + constant
        sumHead = Array("\(name)_sum\(hasLabels ? "{" : " ")".utf8) + constant
        countHead = Array("\(name)_count\(hasLabels ? "{" : " ")".utf8) + constant
        labelsEnd = Array((hasLabels ? "} " : "").utf8)
        sampleTails = tails("le", (bounds + [.infinity]).map(BoundText.canonical))
    }

    /// `\` and line feeds escaped; a quote stands as it is in this format.
    private static func escapedHelp(_ help: String) -> [UInt8] {
        help.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "\\"): [byte, byte]
            case UInt8(ascii: "\n"): [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            default: [byte]
            }
        }
    }

    /// The most bytes that a series of many samples can take.
    func maxBytes(labelBytes: Int) -> Int {
        let tails = sampleTails.reduce(0) { $0 + $1.count }
        let line = labelBytes + OutputBuffer.maxDoubleBytes + 1
        return tails + sampleTails.count * (sampleHead.count + line) + sumHead.count + countHead.count
            + 2 * (labelsEnd.count + line)
    }
}
