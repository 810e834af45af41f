// Parsers for the text of kernel files. Nothing here traps, whatever the bytes.

extension Collection<UInt8> {
    /// The non-empty lines.
    var lines: [SubSequence] { split(separator: UInt8(ascii: "\n")) }

    /// The words, separated by spaces, tabs or line feeds.
    var words: [SubSequence] {
        split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\n") }
    }

    /// The unsigned decimal number. Nil if the bytes are not all digits, or if it overflows.
    var number: UInt64? {
        var number: UInt64 = 0
        for byte in self {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(UInt64(byte &- UInt8(ascii: "0")))
            if overflow || carry { return nil }
            number = sum
        }
        return isEmpty ? nil : number
    }

    /// The number after the key, on the first line that begins with the key as a whole word.
    func number(of key: StaticString) -> UInt64? {
        for line in lines where line.begins(with: key) {
            let words = line.words
            // Compare whole words: `total` is not `total_rss`.
            guard let first = words.first, first.count == key.utf8CodeUnitCount else { continue }
            return words.dropFirst().first?.number
        }
        return nil
    }

    func begins(with text: StaticString) -> Bool {
        text.withUTF8Buffer { starts(with: $0) }
    }

    /// The bytes as UTF-8. Invalid ones are replaced.
    var text: String { String(decoding: self, as: UTF8.self) }
}

/// The sum, or nil if it overflows.
func checkedSum(_ numbers: some Sequence<UInt64>) -> UInt64? {
    var sum: UInt64 = 0
    for number in numbers {
        let (next, overflow) = sum.addingReportingOverflow(number)
        if overflow { return nil }
        sum = next
    }
    return sum
}

func checkedProduct(_ one: UInt64, _ other: UInt64) -> UInt64? {
    let (product, overflow) = one.multipliedReportingOverflow(by: other)
    return overflow ? nil : product
}

extension UInt64 {
    /// The difference, or nil if it is negative.
    func minus(_ other: UInt64) -> UInt64? { self >= other ? self - other : nil }
}
