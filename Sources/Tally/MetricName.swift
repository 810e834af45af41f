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

    static func isValidLabel(_ name: String) -> Bool {
        isValid(name.utf8, allowsColon: false)
    }

    private static func isValid(_ bytes: String.UTF8View, allowsColon: Bool) -> Bool {
        guard let first = bytes.first, !isDigit(first) else { return false }
        return bytes.allSatisfy { byte in
            isDigit(byte) || byte == UInt8(ascii: "_") || (allowsColon && byte == UInt8(ascii: ":"))
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
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

    /// All names that a family takes, in any format: its own, as OpenMetrics writes it, and those of its samples.
    static func claimed(by name: String, as kind: MetricKind) -> [String] {
        switch kind {
        case .counter, .floatCounter:
            let base = String(name.dropLast("_total".count))
            return [name, base, base + "_created"]
        case .gauge, .activeUsers, .stateSet: return [name]
        case .histogram: return [name] + ["_bucket", "_count", "_sum", "_created"].map { name + $0 }
        case .info: return [name, String(name.dropLast("_info".count))]
        }
    }
}

extension String.UTF8View {
    func hasSuffix(_ suffix: StaticString) -> Bool {
        suffix.withUTF8Buffer { suffix in
            unsafe count >= suffix.count && self.dropFirst(count - suffix.count).elementsEqual(suffix)
        }
    }
}
