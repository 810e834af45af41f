/// Reads the series of a family one at a time, for formats with nested messages.
struct SeriesReader: Sendable {
    let definition: FamilyDefinition
    /// The names of the labels, as exposed.
    let pieces: ProtobufPieces
    let constantLabels: [ConstantLabel]
    /// The name of the label that distinguishes the samples of a series.
    let ownLabel: String?
    private(set) var values: [SampleValue]
    /// The native buckets, if the series has any.
    private(set) var native: NativeCounts?
    /// The upper bounds of classic buckets, and the cumulative counts of all but the last one.
    private(set) var classic: [(bound: Double, count: UInt64)] = []
    private(set) var count: UInt64 = 0
    private(set) var sum = 0.0

    /// - Parameters:
    ///   - definition: The definition of the series.
    ///   - shown: The definition with the names to expose.
    init(_ definition: FamilyDefinition, shown: FamilyDefinition) {
        self.definition = definition
        pieces = shown.protobuf
        constantLabels = shown.constantLabels
        ownLabel = shown.request.ownLabel
        values = Array(repeating: .absent, count: definition.layout.samples.count)
        if definition.layout.isNative { native = NativeCounts() }
    }

    /// Reads the values of a series.
    mutating func read(_ page: SeriesPage, _ slot: Int) {
        let words = page.wordsWithState(slot)
        definition.layout.values.read(words, into: &values)
        guard let distribution = definition.layout.distribution else { return }
        classic.removeAll(keepingCapacity: true)
        for (index, bound) in distribution.bounds.enumerated() { classic.append((bound, values[index].whole)) }
        sum = values[distribution.bounds.count + 1].number
        count = values[distribution.bounds.count].whole
        guard let readNative = distribution.readNative, var counts = native else { return }
        native = nil
        // Read after the classic counts, so that it is at least as large.
        readNative(words, &counts)
        count = counts.total
        for index in classic.indices { classic[index].count = min(classic[index].count, count) }
        native = counts
    }

    /// The creation time of a series, or nil if it is not known.
    func start(_ page: SeriesPage, _ slot: Int) -> UnixTime? {
        pieces.hasStartTimes ? UnixTime(page.createdSeconds(slot)) : nil
    }

    /// Calls `body` with the name and the unescaped value of each label.
    func forEachLabel(_ page: SeriesPage, _ slot: Int, part: String?, _ body: (String, [UInt8]) -> Void) {
        for label in constantLabels { body(label.name, Array(LabelTextWriter.cut(label.value).utf8)) }
        let text = unsafe page.labels(slot)
        var start = 0
        for (index, name) in pieces.labelNames.enumerated() {
            start += page.definition.fragments[index].length
            let end = page.valueEnd(slot, index)
            body(name, unsafe Self.unescaped(text[start..<end]))
            start = end
        }
        if let part, let ownLabel { body(ownLabel, Array(LabelTextWriter.cut(part).utf8)) }
    }

    private static func unescaped(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
        guard unsafe text.contains(UInt8(ascii: "\\")) else { return unsafe Array(text) }
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in unsafe Array(text) {
            if isEscaped {
                bytes.append(byte == UInt8(ascii: "n") ? UInt8(ascii: "\n") : byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}

extension SampleValue {
    /// The value as a number, 0 if it is absent.
    var number: Double {
        switch self {
        case .integer(let total): Double(total)
        case .number(let number): number
        case .absent: 0
        }
    }

    /// The value of an integer sample.
    var whole: UInt64 {
        if case .integer(let total) = self { return total }
        return 0
    }
}
