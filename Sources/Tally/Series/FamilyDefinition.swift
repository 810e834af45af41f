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
    /// A word a window: how many users it has, at the last scrape. See ``UserTracker``.
    case activeUsers
    /// One word: which states are active, by the bits of their positions. See ``StateSet``.
    case stateSet

    /// The type in Prometheus text, which has fewer of them.
    var textType: String {
        switch self {
        case .counter, .floatCounter: "counter"
        case .gauge, .info, .activeUsers, .stateSet: "gauge"
        case .histogram: "histogram"
        }
    }
}

/// All of a family that never changes, with the pieces of its text made once.
@usableFromInline
final class FamilyDefinition: Sendable {
    let name: String
    let help: String
    let kind: MetricKind
    /// All names that no other family may have. See ``MetricName/claimed(by:as:)``.
    let claims: Set<ByteName>
    let labelNames: [String]
    let constantLabels: [ConstantLabel]
    @usableFromInline
    let bounds: FixedBuffer<Double>
    let maxChildren: Int
    /// After which a child that is not used is no longer exposed; nil for never.
    let idleTimeout: Duration?
    /// Whether its values are copied from elsewhere, where they began at a time that is not known here.
    let isMirrored: Bool
    /// Whether its name is a standard's or the library's, which no host can change.
    let isStandard: Bool
    /// Words that a counter is spread over; 1 unless it is told that it is contended.
    let stripes: Int
    /// Of active users.
    let users: UserSettings?
    /// What tells the samples of one series apart, where it has several beside a histogram's.
    let parts: SampleParts
    let context: RegistryContext
    /// Of a state set.
    let states = StateTables()
    /// Lookups that overflow children answered in storages that collectors filled and that no longer exist.
    let pastOverflow = Atomic<UInt64>(0)
    /// Scrapes that could not collect the family.
    let collectionErrors = Atomic<UInt64>(0)

    /// Words a series takes.
    let stride: Int
    /// A block holds `1 << blockShift` series, of which a handle to one keeps all.
    let blockShift: Int
    /// The words of `1 << slabShift` series lie together, 64 or few more, and go together.
    let slabShift: Int
    /// The most series that a page holds.
    let pageCapacity: Int
    /// Whether all names are such that every scraper reads them.
    private let hasLegacyNames: Bool
    /// What a sample begins with: `name{`, and the constant labels. Copied from here for each, since what all series
    /// have in common would be most of what a scrape had to read. Empty where a series has many samples.
    let lineHead: LabelFragments
    /// What follows a series' own labels up to the value, stored with them: `} `.
    let lineEnd: [UInt8]
    /// Before each label's value: `method="`, then `",outcome="`, and so on.
    let fragments: LabelFragments
    /// The value of each label of the child that new label sets share once the family is full.
    static let overflowValue = "other"
    /// The labels of that child.
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
        maxChildren: Int,
        idleTimeout: Duration? = nil,
        isMirrored: Bool = false,
        isStandard: Bool = false,
        stripes: Int = 1,
        users: UserSettings? = nil,
        states: [String] = [],
        registeredName: String? = nil,
        context: RegistryContext
    ) {
        self.name = name
        self.help = help
        self.kind = kind
        claims = MetricName.claimed(by: name, as: kind)
        self.labelNames = labelNames
        self.constantLabels = constantLabels
        self.bounds = FixedBuffer(bounds, padding: 3, of: .infinity)
        self.maxChildren = maxChildren
        self.idleTimeout = idleTimeout
        self.isMirrored = isMirrored
        self.isStandard = isStandard
        self.stripes = stripes
        self.users = users
        self.context = context
        parts =
            users.map { SampleParts(label: "window", values: $0.windows.windows.map(\.description)) }
            ?? SampleParts(label: name, values: states)
        stride =
            switch kind {
            case .histogram: bounds.count + 3
            case .activeUsers: parts.values.count
            default: stripes == 1 ? 1 : stripes * Stripes.words
            }
        var shift = 6
        while shift > 0, stride << shift > 64 { shift -= 1 }
        slabShift = shift
        shift = min(shift, 4)
        blockShift = shift
        let slots = min(SeriesPage.maxCapacity, SeriesPage.maxWords / stride)
        let pageCapacity = max(1 << shift, (slots >> shift) << shift)
        // The tracker of a series takes some 50 KiB.
        self.pageCapacity = users == nil ? pageCapacity : min(16, pageCapacity)
        hasLegacyNames =
            MetricName.isValid(name) && (labelNames + constantLabels.map(\.name)).allSatisfy(MetricName.isValidLabel)
        let heads = labelNames.enumerated().map { index, label in
            Array((index == 0 ? "" : "\",").utf8) + NameText.label(label) + Array("=\"".utf8)
        }
        fragments = LabelFragments(heads)
        overflowLabels = heads.flatMap { $0 + Array(Self.overflowValue.utf8) } + (heads.isEmpty ? [] : Array("\"".utf8))

        var constant = constantLabels.flatMap { label in
            NameText.label(label.name) + Array("=\"".utf8) + LabelTextWriter.escaped(label.value)
                + Array("\",".utf8)
        }
        if labelNames.isEmpty { _ = constant.popLast() }
        let hasLabels = !(labelNames.isEmpty && constantLabels.isEmpty)
        let isSample = kind != .histogram && parts.values.isEmpty
        lineHead = LabelFragments([isSample ? NameText.opening(name, hasLabels: hasLabels) + constant : []])
        lineEnd = isSample ? NameText.closing(name, hasLabels: hasLabels) : []
        text = TextPieces(
            name: name,
            help: help,
            kind: kind,
            bounds: bounds,
            parts: parts,
            unit: TextPieces.unit(of: registeredName ?? name, as: kind),
            constant: constant,
            hasLabels: hasLabels
        )
        json = JSONPieces(
            name: name,
            help: help,
            kind: kind,
            bounds: bounds,
            parts: parts,
            labelNames: labelNames,
            constantLabels: constantLabels
        )
    }

    /// The same family with its names escaped; nil if that changes none of them.
    func escaped(by escaping: NameEscaping) -> FamilyDefinition? {
        guard escaping == .dots || !hasLegacyNames else { return nil }
        let constant = constantLabels.map {
            ConstantLabel(name: escaping.escaped($0.name, asLabel: true), value: $0.value)
        }
        let labels = labelNames.map { escaping.escaped($0, asLabel: true) }
        let name = escaping.escaped(name, asLabel: kind == .stateSet)
        guard constant != constantLabels || labels != labelNames || name != self.name else { return nil }
        return FamilyDefinition(
            name: name,
            help: help,
            kind: kind,
            labelNames: labels,
            constantLabels: constant,
            bounds: bounds.array,
            maxChildren: maxChildren,
            idleTimeout: idleTimeout,
            isMirrored: isMirrored,
            isStandard: isStandard,
            stripes: stripes,
            users: users,
            states: kind == .stateSet ? parts.values : [],
            registeredName: self.name,
            context: context
        )
    }

    /// Its names for a scraper that asks for `dots`. Those of two families differ wherever their claims do.
    var dottedClaims: Set<ByteName> { MetricName.claimed(by: name, as: kind, in: [.dots]) }

    /// Whether the values of neighbouring series are neighbouring words, each a counter's total.
    var isRunOfWords: Bool { kind == .counter && stripes == 1 }

    /// Whether OpenMetrics tells when a series was made.
    var hasCreatedSamples: Bool {
        switch kind {
        case .counter, .floatCounter, .histogram: context.exposesCreated && !isMirrored
        case .gauge, .info, .activeUsers, .stateSet: false
        }
    }

    /// How many samples one series of this family is in the text formats.
    var samplesPerSeries: Int {
        switch kind {
        case .histogram: bounds.count + 3
        default: max(1, parts.values.count)
        }
    }
}

/// A label that tells the samples of one series apart, and its values.
struct SampleParts: Sendable, Equatable {
    let label: String
    /// None where a series has one sample, or is a histogram's.
    let values: [String]
}

/// Pieces of text in one run of bytes, with `OutputBuffer.slack` bytes after it for wide copies: what stands before each
/// label's value.
struct LabelFragments: Sendable {
    let bytes: FixedBuffer<UInt8>
    /// Where each ends.
    let ends: FixedBuffer<Int>

    init(_ fragments: [[UInt8]]) {
        var ends: [Int] = []
        for fragment in fragments { ends.append((ends.last ?? 0) + fragment.count) }
        bytes = FixedBuffer(fragments.flatMap { $0 }, padding: OutputBuffer.slack, of: 0)
        self.ends = FixedBuffer(ends, padding: 0, of: 0)
    }

    var count: Int { ends.count }

    var totalLength: Int { count == 0 ? 0 : unsafe ends.pointer[count - 1] }

    /// Where a fragment begins, which must exist.
    @inline(__always)
    func start(_ index: Int) -> UnsafePointer<UInt8> {
        assert(index >= 0 && index < count)
        return unsafe bytes.pointer + (index == 0 ? 0 : ends.pointer[index &- 1])
    }

    /// How long a fragment is, which must exist.
    @inline(__always)
    func length(_ index: Int) -> Int {
        assert(index >= 0 && index < count)
        return unsafe ends.pointer[index] &- (index == 0 ? 0 : ends.pointer[index &- 1])
    }

    /// A fragment's bytes, by their address: valid as long as the fragments are kept.
    @safe
    struct Piece {
        let start: UnsafePointer<UInt8>
        let length: Int
    }

    /// A fragment, which must exist.
    @inline(__always)
    subscript(index: Int) -> Piece {
        unsafe Piece(start: start(index), length: length(index))
    }
}
