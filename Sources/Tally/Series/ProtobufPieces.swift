/// The constant parts of a family's protobuf, computed once.
///
/// https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
struct ProtobufPieces: Sendable {
    /// The fields of the family's message before its metrics: name, help, type and unit.
    let header: [UInt8]
    /// The messages of the constant labels.
    let constantLabels: LabelFragments
    /// The beginning of each own label's message, up to its value. The second byte is the message's length and the last
    /// byte is the value's length, both still to be set.
    let labelHeads: LabelFragments
    /// The names of the own labels.
    let labelNames: [String]
    /// The three bytes between the labels and an eight-byte value, for a series of one sample.
    let valueHead: UInt32
    /// True if the length of a label of ``maxPlainText`` bytes takes one byte, and that of a metric at most two.
    let isShort: Bool
    let hasStartTimes: Bool
    /// The bytes before the seconds of a start time that is written at a fixed width.
    let startHead: UInt32
    /// The length of the message of a series of one sample, without the values of its own labels.
    let fixedLength: Int

    /// Plain text is at most this long and has no escapes. The length of any label's message then takes one byte.
    static let maxPlainText = 100
    /// The length of a start time with the field's number, written at a fixed width.
    static let startLength = 14

    init(_ request: FamilyRequest, unit: String?, constantLabels: [ConstantLabel]) {
        let (layout, names) = (request.layout, request.labelNames)
        var header = ProtobufWriter()
        header.string(1, request.name)
        header.string(2, request.help)
        header.varint(3, layout.type.number)
        if let unit { header.string(5, unit) }
        self.header = header.bytes
        labelNames = names
        var constant = ProtobufWriter()
        for label in constantLabels { constant.label(1, label.name, LabelTextWriter.cut(label.value).utf8) }
        self.constantLabels = LabelFragments([constant.bytes])
        labelHeads = LabelFragments(
            names.map { name in
                var head = ProtobufWriter()
                head.nested(1) { $0.string(1, name) }
                return head.bytes + [2 << 3 | 2, 0]
            }
        )
        hasStartTimes = layout.type.startField != nil && layout.hasCreated && !request.isMirrored
        let startTag = UInt32(layout.type.startField ?? 0) << 3 | 2
        startHead = startTag | UInt32(Self.startLength - 2) << 8 | (1 << 3) << 16
        let length = 9 + (hasStartTimes ? Self.startLength : 0)
        valueHead = UInt32(layout.type.field) << 3 | 2 | UInt32(length) << 8 | (1 << 3 | 1) << 16
        fixedLength = constant.bytes.count + labelHeads.totalLength + 2 + length
        isShort = names.allSatisfy { $0.utf8.count < 20 } && fixedLength < 8192
    }
}

extension ProtobufWriter {
    /// Writes a pair of a label's name and value.
    mutating func label(_ field: Int, _ name: String, _ value: some Collection<UInt8>) {
        nested(field) { pair in
            pair.string(1, name)
            pair.data(2, value)
        }
    }
}
