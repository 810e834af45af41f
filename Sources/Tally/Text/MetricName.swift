/// The rules for names, checked on bytes: `Character` ranges would let combining marks through.
///
/// https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels
enum MetricName {
    /// Names longer than this are an error, so that no series is of unbounded size.
    static let maxBytes = 1024
    /// More labels than this, constant ones included, are an error, for the same reason.
    static let maxLabels = 64

    static func isValid(_ name: String) -> Bool {
        isValid(name.utf8, allowsColon: true)
    }

    static func isValid(_ name: String, by validation: NameValidation) -> Bool {
        validation == .utf8 ? !name.isEmpty : isValid(name)
    }

    static func isValidLabel(_ name: String, by validation: NameValidation) -> Bool {
        validation == .utf8 ? !name.isEmpty : isValidLabel(name)
    }

    static func isValidLabel(_ name: String) -> Bool {
        isValid(name.utf8, allowsColon: false)
    }

    private static func isValid(_ bytes: String.UTF8View, allowsColon: Bool) -> Bool {
        guard let first = bytes.first, !isDigit(first) else { return false }
        return bytes.allSatisfy { isAllowed($0, isFirst: false, allowsColon: allowsColon) }
    }

    /// Whether a byte may stand in a name, first or further on.
    static func isAllowed(_ byte: UInt8, isFirst: Bool, allowsColon: Bool) -> Bool {
        (!isFirst && isDigit(byte)) || byte == UInt8(ascii: "_") || (allowsColon && byte == UInt8(ascii: ":"))
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// The name a family of this kind is exposed under: counters end in `_total`, infos in `_info`.
    static func exposed(_ name: String, as kind: MetricKind) -> String {
        switch kind {
        case .counter, .floatCounter: name.utf8.hasSuffix("_total") ? name : name + "_total"
        case .info: name.utf8.hasSuffix("_info") ? name : name + "_info"
        case .gauge, .histogram, .activeUsers, .stateSet: name
        }
    }

    /// How long the suffix is that names of this kind end in.
    static func suffixBytes(of kind: MetricKind) -> Int {
        switch kind {
        case .counter, .floatCounter: "_total".utf8.count
        case .info: "_info".utf8.count
        case .gauge, .histogram, .activeUsers, .stateSet: 0
        }
    }

    /// The name of a family of this kind without that suffix, as OpenMetrics has it.
    static func base(of name: String, as kind: MetricKind) -> String {
        // By bytes: what precedes may make one character with the underscore.
        String(Substring(name.utf8.dropLast(suffixBytes(of: kind))))
    }

    /// All names that a family takes, in any format: its own, as OpenMetrics writes it, and those of its samples.
    ///
    /// - Parameter escapings: Those that leave names alone, or may make two into one.
    static func claimed(
        by name: String,
        as kind: MetricKind,
        in escapings: [NameEscaping] = [.allowUTF8, .underscores, .values]
    ) -> Set<ByteName> {
        var claimed: Set<ByteName> = []
        for escaping in escapings {
            // A state set's name is its label's, too.
            let name = escaping.escaped(name, asLabel: kind == .stateSet)
            let base = base(of: name, as: kind)
            claimed.formUnion([ByteName(name), ByteName(base)])
            for suffix in suffixes(of: kind) { claimed.insert(ByteName(base + suffix)) }
        }
        return claimed
    }

    private static func suffixes(of kind: MetricKind) -> [String] {
        switch kind {
        case .counter, .floatCounter: ["_created"]
        case .histogram: ["_bucket", "_count", "_sum", "_created"]
        case .gauge, .info, .activeUsers, .stateSet: []
        }
    }
}

/// A name by its bytes, where `String`'s own equality would merge `é` with `e` followed by U+0301.
struct ByteName: Hashable, Comparable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (one: Self, other: Self) -> Bool { one.text.utf8.elementsEqual(other.text.utf8) }
    static func < (one: Self, other: Self) -> Bool { one.text.utf8.lexicographicallyPrecedes(other.text.utf8) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
        hasher.combine(text.utf8.count)
    }
}

extension String.UTF8View {
    func hasSuffix(_ suffix: StaticString) -> Bool {
        suffix.withUTF8Buffer { suffix in
            unsafe count >= suffix.count && self.dropFirst(count - suffix.count).elementsEqual(suffix)
        }
    }
}
