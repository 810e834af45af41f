extension UInt8 {
    static let lineFeed = UInt8(ascii: "\n")
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")
    static let hash = UInt8(ascii: "#")

    var isBlank: Bool { self == .space || self == .tab }
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    /// The byte with the bit set that makes an ASCII letter lowercase.
    var lowercased: UInt8 { self | 0x20 }

    var isNameStart: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lowercased) && self & 0x80 == 0 || self == UInt8(ascii: "_")
    }
}

extension ArraySlice<UInt8> {
    /// The text in quotes, for an error.
    var quoted: String { String(decoding: self, as: UTF8.self).debugDescription }
}

extension String {
    /// True if the UTF-8 bytes are equal. `==` also accepts canonically equivalent text, which names another series.
    func hasSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`
    package var isLegacyMetricName: Bool { isLegacyName { $0.isNameStart || $0 == UInt8(ascii: ":") } }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`
    var isLegacyLabelName: Bool { isLegacyName(\.isNameStart) }

    private func isLegacyName(_ mayBegin: (UInt8) -> Bool) -> Bool {
        guard let first = utf8.first, mayBegin(first) else { return false }
        return utf8.allSatisfy { mayBegin($0) || $0.isDigit }
    }

    /// The string, escaped as in the value of a label.
    var escapedForLabels: String { escaped(quotes: true) }

    /// The string, with a backslash before each backslash and perhaps each quote, and `\n` for a line feed.
    package func escaped(quotes: Bool) -> String {
        var bytes: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case .lineFeed: bytes += [.backslash, UInt8(ascii: "n")]
            case .backslash: bytes += [.backslash, byte]
            case .quote where quotes: bytes += [.backslash, byte]
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func hasSuffix(bytesOf suffix: String) -> Bool { utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) }
}
