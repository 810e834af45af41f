/// The parts of a family's JSON that do not change, made once.
struct JSONPieces: Sendable {
    /// `{"name":"…","help":"…","type":"COUNTER","metrics":[`
    let header: [UInt8]
    /// What stands before each own label's value, from `,{"labels":{"service":"chat","method":"` to `","outcome":"`, and
    /// last what stands before the value or the buckets: `"},"value":"`. The first begins with the comma that comes
    /// after another series.
    let heads: LabelFragments
    /// The most bytes that a series takes, beside its labels' values.
    let maxFixedBytes: Int
    /// Where a series has many samples: what stands after a series' own labels, up to the value: `,"window":"24h"},"value":"`.
    let partTails: [[UInt8]]
    /// Before each bucket's count: `"buckets":{"0.005":"`, then `","0.01":"`.
    let bucketHeads: [[UInt8]]

    init(
        name: String,
        help: String,
        kind: MetricKind,
        bounds: [Double],
        parts: SampleParts,
        labelNames: [String],
        constantLabels: [FamilyDefinition.ConstantLabel]
    ) {
        let type =
            switch kind {
            case .counter, .floatCounter: "COUNTER"
            case .gauge, .info, .activeUsers, .stateSet: "GAUGE"
            case .histogram: "HISTOGRAM"
            }
        header =
            Array("{\"name\":\"".utf8) + JSONText.escaped(name.utf8)
            + Array("\",\"help\":\"".utf8) + JSONText.escaped(help.utf8)
            + Array("\",\"type\":\"\(type)\",\"metrics\":[".utf8)
        let constant = constantLabels.map {
            Array("\"".utf8) + JSONText.escaped($0.name.utf8) + Array("\":\"".utf8)
                + JSONText.escaped($0.value.utf8) + Array("\"".utf8)
        }
        let hasOwnLabels = !(labelNames.isEmpty && constantLabels.isEmpty)
        let hasParts = !parts.values.isEmpty
        let hasLabels = hasOwnLabels || hasParts
        let opening = Array((hasLabels ? ",{\"labels\":{" : ",{").utf8) + Array(constant.joined(separator: ",".utf8))
        var heads = labelNames.enumerated().map { index, label in
            let before = index > 0 ? "\"," : constantLabels.isEmpty ? "" : ","
            return (index > 0 ? [] : opening) + Array("\(before)\"".utf8) + JSONText.escaped(label.utf8)
                + Array("\":\"".utf8)
        }
        let end = hasLabels ? "}," : ""
        let closing = (labelNames.isEmpty ? "" : "\"") + (hasParts ? "" : end)
        let last = kind == .histogram || hasParts ? "" : "\"value\":\""
        partTails = parts.values.map { value in
            Array("\(hasOwnLabels ? "," : "")\"".utf8) + JSONText.escaped(parts.label.utf8)
                + Array("\":\"".utf8) + JSONText.escaped(value.utf8)
                + Array("\"\(end)\"value\":\"".utf8)
        }
        heads.append((labelNames.isEmpty ? opening : []) + Array((closing + last).utf8))
        self.heads = LabelFragments(heads)
        let bucketHeads =
            kind != .histogram
            ? []
            : (bounds + [.infinity]).enumerated().map { index, bound in
                Array("\(index == 0 ? "\"buckets\":{" : "\",")\"\(Self.key(bound))\":\"".utf8)
            }
        self.bucketHeads = bucketHeads
        let around =
            (heads + bucketHeads).reduce(0) { $0 + $1.count }
            + bucketHeads.count * OutputBuffer.maxIntegerBytes + 2 * OutputBuffer.maxDoubleBytes
            + OutputBuffer.slack + 64
        // The tails are of different lengths: the texts of states.
        maxFixedBytes = around * max(1, parts.values.count) + partTails.reduce(0) { $0 + $1.count }
    }

    private static func key(_ bound: Double) -> String {
        let text = BoundText.canonical(bound)
        // prom2json writes whole numbers without a fraction.
        return text.utf8.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
