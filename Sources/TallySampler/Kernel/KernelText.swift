// What the kernel writes is text, but not ours: nothing here traps, whatever the bytes are.

extension Collection<UInt8> {
    /// The lines, without empty ones.
    var lines: [SubSequence] { split(separator: UInt8(ascii: "\n")) }

    /// The words, between blanks and tabs.
    var words: [SubSequence] {
        split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\n") }
    }

    /// The number that these are the decimal digits of; nil if they are anything else, or it does not fit.
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

    /// The number that the first line starting with this word has behind it.
    func number(of key: StaticString) -> UInt64? {
        for line in lines where line.begins(with: key) {
            let words = line.words
            // The word as a whole: `total` is not `total_rss`.
            guard let first = words.first, first.count == key.utf8CodeUnitCount else { continue }
            return words.dropFirst().first?.number
        }
        return nil
    }

    func begins(with text: StaticString) -> Bool {
        text.withUTF8Buffer { starts(with: $0) }
    }

    /// The text, where it is UTF-8.
    var text: String { String(decoding: self, as: UTF8.self) }
}

/// Sums that have no value where one of the parts has none that fits.
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
    /// The difference, if there is one that is not negative.
    func minus(_ other: UInt64) -> UInt64? { self >= other ? self - other : nil }
}
