internal import Synchronization

/// What kind of values a family holds, which settles its type in each format and the words a series takes.
@usableFromInline
enum MetricKind: Sendable, Equatable {
    /// One word: an integer total.
    case counter
    /// One word: the bits of a `Double` total.
    case floatCounter
    /// One word: the bits of a `Double`.
    case gauge
    /// A word a bucket, `+Inf` included, then two for the sum. See ``Histogram``.
    case histogram
    /// No value of its own: always 1.
    case info
}

/// All of a family that never changes, with the pieces of its text made once.
@usableFromInline
final class FamilyDefinition: Sendable {
    let name: String
    let help: String
    let kind: MetricKind
    let labelNames: [String]
    let constantLabels: [ConstantLabel]
    @usableFromInline
    let bounds: FixedBuffer<Double>
    let limit: Int
    let context: RegistryContext

    /// Words a series takes.
    let stride: Int
    /// What stands before and after the text of a series' own labels, so that both together and a value are a sample.
    let linePrefix: [UInt8]
    let lineSuffix: [UInt8]
    /// Before each label's value: `method="`, then `",outcome="`, and so on.
    let fragments: LabelFragments
    /// The labels of the child that new label sets share once the family is full.
    let overflowLabels: [UInt8]
    let text: TextPieces
    let json: JSONPieces

    struct ConstantLabel: Sendable, Equatable {
        let name: String
        let value: String
    }

    init(
        name: String,
        help: String,
        kind: MetricKind,
        labelNames: [String],
        constantLabels: [ConstantLabel],
        bounds: [Double],
        limit: Int,
        context: RegistryContext
    ) {
        self.name = name
        self.help = help
        self.kind = kind
        self.labelNames = labelNames
        self.constantLabels = constantLabels
        self.bounds = FixedBuffer(bounds)
        self.limit = limit
        self.context = context
        stride = kind == .histogram ? bounds.count + 3 : 1
        let heads = labelNames.enumerated().map { index, label in
            Array((index == 0 ? "" : "\",").utf8) + Array("\(label)=\"".utf8)
        }
        fragments = LabelFragments(heads)
        overflowLabels = heads.flatMap { $0 + Array("other".utf8) } + (heads.isEmpty ? [] : Array("\"".utf8))

        var constant = constantLabels.flatMap { label in
            Array("\(label.name)=\"".utf8) + LabelTextWriter.escaped(label.value) + Array("\",".utf8)
        }
        if labelNames.isEmpty { _ = constant.popLast() }
        let hasLabels = !(labelNames.isEmpty && constantLabels.isEmpty)
        if kind == .histogram {
            // A histogram's series has many sample names; only its labels are worth keeping.
            linePrefix = constant
            lineSuffix = []
        } else {
            linePrefix = Array(name.utf8) + (hasLabels ? Array("{".utf8) : []) + constant
            lineSuffix = Array((hasLabels ? "} " : " ").utf8)
        }
        text = TextPieces(name: name, help: help, kind: kind, bounds: bounds, hasLabels: hasLabels)
        json = JSONPieces(
            name: name,
            help: help,
            kind: kind,
            bounds: bounds,
            labelNames: labelNames,
            constantLabels: constantLabels
        )
    }

    /// Whether another registration asks for the same family, so that both share it.
    func isSameDefinition(as other: FamilyDefinition) -> Bool {
        name == other.name && help == other.help && kind == other.kind && labelNames == other.labelNames
            && bounds.array == other.bounds.array && limit == other.limit
    }

    /// How many samples one series of this family is in the text formats.
    var samplesPerSeries: Int { kind == .histogram ? bounds.count + 3 : 1 }
}

/// What stands before each label's value, in one run of bytes.
struct LabelFragments: Sendable {
    let bytes: FixedBuffer<UInt8>
    /// Where each ends.
    let ends: FixedBuffer<Int>

    init(_ fragments: [[UInt8]]) {
        var ends: [Int] = []
        for fragment in fragments { ends.append((ends.last ?? 0) + fragment.count) }
        bytes = FixedBuffer(fragments.flatMap { $0 })
        self.ends = FixedBuffer(ends)
    }

    /// The bytes of a fragment, which must exist.
    subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
        precondition(index >= 0 && index < ends.count)
        let start = index == 0 ? 0 : unsafe ends.pointer[index - 1]
        return unsafe UnsafeBufferPointer(start: bytes.pointer + start, count: ends.pointer[index] - start)
    }
}
