/// The constant parts of a family's Prometheus and OpenMetrics text, computed once.
struct TextPieces: Sendable {
    /// The HELP and TYPE lines.
    let header: [UInt8]
    /// The TYPE, UNIT and HELP lines of OpenMetrics.
    let openMetricsHeader: [UInt8]
    /// The text around the own labels in each sample: `name_bucket{` with the constant labels, and `,le="0.005"} `.
    let samples: [(head: [UInt8], tail: [UInt8])]
    /// `name_created` up to the series' own labels.
    let createdHead: [UInt8]
    /// The text between the labels and the value of a sample without a label of its own.
    let labelsEnd: [UInt8]

    /// - Parameters:
    ///   - unit: The unit of the registered name.
    ///   - constant: The text of the constant labels.
    ///   - hasLabels: True if the series have labels, constant ones included.
    init(_ request: FamilyRequest, unit: String?, constant: [UInt8], hasLabels: Bool) {
        let (name, layout) = (request.name, request.layout)
        openMetricsHeader = Self.openMetricsHeader(request, unit)
        header =
            Array("# HELP ".utf8) + NameText.metric(name) + Array(" ".utf8) + NameText.escaped(request.help)
            + Array("\n# TYPE ".utf8) + NameText.metric(name) + Array(" \(layout.type.text)\n".utf8)
        createdHead = NameText.opening(layout.baseName(of: name) + "_created", hasLabels: hasLabels) + constant
        let end = NameText.closing(name, hasLabels: hasLabels)
        labelsEnd = end
        // Samples with the same suffix share the memory of their heads.
        var heads: [String: [UInt8]] = [:]
        samples = layout.samples.map { sample in
            let hasPart = sample.part != nil
            let head =
                heads[sample.suffix]
                ?? NameText.opening(name + sample.suffix, hasLabels: hasLabels || hasPart) + constant
            heads[sample.suffix] = head
            guard let part = sample.part else { return (head, end) }
            let label = NameText.label(request.ownLabel ?? "") + Array("=\"".utf8) + LabelTextWriter.escaped(part)
            return (head, Array((hasLabels ? "," : "").utf8) + label + Array("\"} ".utf8))
        }
    }

    /// OpenMetrics names the family without the suffix of its samples.
    ///
    /// https://prometheus.io/docs/specs/om/open_metrics_spec/#metricfamily
    private static func openMetricsHeader(_ request: FamilyRequest, _ unit: String?) -> [UInt8] {
        let base = request.layout.baseName(of: request.name)
        // Omits the unit if an escaping moves it from the end of the name, as `dots` does before `_total`.
        let unit = unit.flatMap { base.utf8.hasSuffix("_\($0)") ? $0 : nil }
        func line(_ keyword: String, _ text: [UInt8]) -> [UInt8] {
            Array("# \(keyword) ".utf8) + NameText.metric(base) + Array(" ".utf8) + text + Array("\n".utf8)
        }
        return line("TYPE", Array((request.layout.openMetricsType ?? request.layout.type.text).utf8))
            + (unit.map { line("UNIT", Array($0.utf8)) } ?? [])
            + line("HELP", NameText.escaped(request.help, quotes: true))
    }

    /// An upper bound of a series' size in bytes.
    func maxBytes(labelBytes: Int) -> Int {
        let line = labelBytes + OutputBuffer.maxDoubleBytes + 1
        return samples.reduce(createdHead.count + labelsEnd.count + line) { $0 + $1.head.count + $1.tail.count + line }
    }
}
