/// The rules for names. They are checked on bytes, because `Character` ranges would accept combining marks.
///
/// https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels
enum MetricName {
    /// The maximum length of a name. It bounds the size of a series.
    static let maxBytes = 1024
    /// The maximum number of labels, including constant ones. It bounds the size of a series.
    static let maxLabels = 64

    static func isValid(_ name: String) -> Bool { isValid(name.utf8, allowsColon: true) }

    static func isValid(_ name: String, by validation: NameValidation) -> Bool {
        validation == .utf8 ? !name.isEmpty : isValid(name)
    }

    static func isValidLabel(_ name: String, by validation: NameValidation) -> Bool {
        validation == .utf8 ? !name.isEmpty : isValidLabel(name)
    }

    static func isValidLabel(_ name: String) -> Bool { isValid(name.utf8, allowsColon: false) }

    private static func isValid(_ bytes: String.UTF8View, allowsColon: Bool) -> Bool {
        guard let first = bytes.first, !isDigit(first) else { return false }
        return bytes.allSatisfy { isAllowed($0, isFirst: false, allowsColon: allowsColon) }
    }

    static func isAllowed(_ byte: UInt8, isFirst: Bool, allowsColon: Bool) -> Bool {
        (!isFirst && isDigit(byte)) || byte == UInt8(ascii: "_") || (allowsColon && byte == UInt8(ascii: ":"))
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

extension String.UTF8View {
    func hasSuffix(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
