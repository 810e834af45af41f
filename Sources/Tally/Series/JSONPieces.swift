/// The constant parts of a family's JSON, computed once.
struct JSONPieces: Sendable {
    /// `{"name":"…","help":"…","type":"COUNTER","metrics":[`
    let header: [UInt8]
    /// The text before each own label's value, from `{"labels":{"service":"chat","method":"` to `","outcome":"`. The
    /// last piece follows the labels.
    let heads: LabelFragments
    /// The text before each value, up to its quote: `"value":"`.
    let members: LabelFragments
    /// The index of each value's sample.
    let samples: FixedBuffer<Int>
    /// True if a series is one object. False if each sample is an object that repeats the labels.
    let isOneObject: Bool
    /// An upper bound of a series' size in bytes, without its labels' values.
    let maxFixedBytes: Int

    /// The number of times that a series' labels are written.
    var objectCount: Int { isOneObject ? 1 : samples.count }

    init(_ request: FamilyRequest, constantLabels: [ConstantLabel]) {
        let (layout, labelNames) = (request.layout, request.labelNames)
        func escaped(_ text: String) -> String { String(decoding: JSONText.escaped(text.utf8), as: UTF8.self) }
        header = Array(
            """
            {"name":"\(escaped(request.name))","help":"\(escaped(request.help))",\
            "type":"\(layout.type.text.uppercased())","metrics":[
            """.utf8
        )
        let hasSeriesLabels = !(labelNames.isEmpty && constantLabels.isEmpty)
        let hasLabels = hasSeriesLabels || (layout.members == nil && !layout.isLine)
        let constant = constantLabels.map { "\"\(escaped($0.name))\":\"\(escaped($0.value))\"" }.joined(separator: ",")
        let opening = (hasLabels ? "{\"labels\":{" : "{") + constant
        var heads = labelNames.enumerated().map { index, label in
            (index > 0 ? "\"," : opening + (constantLabels.isEmpty ? "" : ",")) + "\"\(escaped(label))\":\""
        }
        heads.append(labelNames.isEmpty ? opening : "\"")
        self.heads = LabelFragments(heads.map { Array($0.utf8) })
        let end = hasLabels ? "}," : ""
        let members =
            layout.members?.enumerated().map { index, member in (index == 0 ? end : "") + member.text }
            ?? layout.samples.map { sample in
                let label = sample.part.map { part in
                    "\(hasSeriesLabels ? "," : "")\"\(escaped(request.ownLabel ?? ""))\":\"\(escaped(part))\""
                }
                return "\(label ?? "")\(end)\"value\":\""
            }
        isOneObject = layout.members != nil
        self.members = LabelFragments(members.map { Array($0.utf8) })
        samples = FixedBuffer(layout.members?.map(\.sample) ?? Array(layout.samples.indices), padding: 0, of: 0)
        let labels = self.heads.totalLength + OutputBuffer.slack + 8
        maxFixedBytes =
            (isOneObject ? 1 : members.count) * labels + self.members.totalLength
            + members.count * (OutputBuffer.maxDoubleBytes + OutputBuffer.slack)
    }
}
