/// The parts of a family's Prometheus text that do not change, made once.
struct TextPieces: Sendable {
    /// The HELP and TYPE lines.
    let header: [UInt8]
    /// Of a histogram: `name_bucket{`, `name_sum` and `name_count`, the last two with `{` where there are labels, and the
    /// constant ones.
    let bucketHead: [UInt8]
    let sumHead: [UInt8]
    let countHead: [UInt8]
    /// What closes the labels of the sum and the count.
    let labelsEnd: [UInt8]
    /// Of a histogram: `le="0.005"} ` for each bucket, with a comma before it where other labels come first.
    let bucketTails: [[UInt8]]

    init(name: String, help: String, kind: MetricKind, bounds: [Double], constant: [UInt8], hasLabels: Bool) {
        let type =
            switch kind {
            case .counter, .floatCounter: "counter"
            case .gauge, .info: "gauge"
            case .histogram: "histogram"
            }
        header =
            Array("# HELP \(name) ".utf8) + Self.escapedHelp(help) + Array("\n# TYPE \(name) \(type)\n".utf8)
        guard kind == .histogram else {
            bucketHead = []
            sumHead = []
            countHead = []
            labelsEnd = []
            bucketTails = []
            return
        }
        bucketHead = Array("\(name)_bucket{".utf8) + constant
        sumHead = Array("\(name)_sum\(hasLabels ? "{" : " ")".utf8) + constant
        countHead = Array("\(name)_count\(hasLabels ? "{" : " ")".utf8) + constant
        labelsEnd = Array((hasLabels ? "} " : "").utf8)
        bucketTails = (bounds + [.infinity]).map { bound in
            Array("\(hasLabels ? "," : "")le=\"\(BoundText.canonical(bound))\"} ".utf8)
        }
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

    /// The most bytes a histogram's series can take, its labels' text left out.
    func maxHistogramBytes(labelBytes: Int) -> Int {
        let tails = bucketTails.reduce(0) { $0 + $1.count }
        let line = labelBytes + OutputBuffer.maxDoubleBytes + 1
        return tails + bucketTails.count * (bucketHead.count + line) + sumHead.count + countHead.count
            + 2 * (labelsEnd.count + line)
    }
}
