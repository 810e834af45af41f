/// Parses the numbers of both formats: the decimals that Go's `ParseFloat` and the ABNF of OpenMetrics accept.
///
/// `Double(_:)` alone would also accept hexadecimal, and would turn a number that is too large into infinity.
enum NumberText {
    /// Parses a decimal, `NaN` or an infinity, in upper or lower case. Returns nil for any other text, and for a
    /// decimal that is too large for a double.
    static func value(_ text: ArraySlice<UInt8>) -> Double? {
        if isDecimal(text) { return finite(text) }
        var rest = text
        var isNegative = false
        if rest.elementsEqual(lowercase: "nan") { return .nan }
        if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            isNegative = sign == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        guard rest.elementsEqual(lowercase: "inf") || rest.elementsEqual(lowercase: "infinity") else { return nil }
        return isNegative ? -.infinity : .infinity
    }

    /// Parses a decimal. Returns nil for any other text, and for a decimal that is too large for a double.
    static func decimal(_ text: ArraySlice<UInt8>) -> Double? { isDecimal(text) ? finite(text) : nil }

    private static func finite(_ text: ArraySlice<UInt8>) -> Double? {
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    /// `[sign] digits [. digits] [e [sign] digits]`, where one side of the point may be empty.
    private static func isDecimal(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text.dropSign()
        let whole = rest.prefix(while: \.isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = rest.prefix(while: \.isDigit)
            rest = rest.dropFirst(fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return false }
        guard let letter = rest.first else { return true }
        guard letter.lowercased == UInt8(ascii: "e") else { return false }
        let exponent = rest.dropFirst().dropSign()
        return !exponent.isEmpty && exponent.allSatisfy(\.isDigit)
    }

    /// True if one number is less than another. Exact if both are written without an exponent, because as doubles,
    /// timestamps that differ in their nanoseconds would be equal.
    static func isLess(_ one: String, than two: String) -> Bool {
        guard let left = PlainDecimal(one), let right = PlainDecimal(two) else {
            return (value(one.utf8Slice) ?? .nan) < (value(two.utf8Slice) ?? .nan)
        }
        return left.isLess(than: right)
    }

    /// True if two numbers are equal. Exact for integers without an exponent; others are compared as doubles.
    static func areEqual(_ one: String, _ two: String) -> Bool {
        if let left = PlainDecimal(one), let right = PlainDecimal(two), left.fraction.isEmpty, right.fraction.isEmpty {
            return !left.isLess(than: right) && !right.isLess(than: left)
        }
        return value(one.utf8Slice) == value(two.utf8Slice)
    }
}

/// A decimal without an exponent, as digits.
private struct PlainDecimal {
    let isNegative: Bool
    let whole: ArraySlice<UInt8>
    let fraction: ArraySlice<UInt8>

    init?(_ text: String) {
        let bytes = text.utf8Slice
        let unsigned = bytes.dropSign()
        let parts = unsigned.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let zero = UInt8(ascii: "0")
        whole = (parts.first ?? []).drop { $0 == zero }
        let rest = parts.count > 1 ? parts[1] : []
        let end = rest.lastIndex { $0 != zero }.map { $0 + 1 } ?? rest.startIndex
        fraction = rest[..<end]
        guard whole.allSatisfy(\.isDigit), fraction.allSatisfy(\.isDigit) else { return nil }
        isNegative = bytes.first == UInt8(ascii: "-") && !(whole.isEmpty && fraction.isEmpty)
    }

    func isLess(than other: PlainDecimal) -> Bool {
        guard isNegative == other.isNegative else { return isNegative }
        return isNegative ? other.isNearerZero(than: self) : isNearerZero(than: other)
    }

    private func isNearerZero(than other: PlainDecimal) -> Bool {
        guard whole.count == other.whole.count else { return whole.count < other.whole.count }
        guard whole.elementsEqual(other.whole) else { return whole.lexicographicallyPrecedes(other.whole) }
        return fraction.lexicographicallyPrecedes(other.fraction)
    }
}

extension String {
    fileprivate var utf8Slice: ArraySlice<UInt8> { Array(utf8)[...] }
}

extension ArraySlice<UInt8> {
    fileprivate func dropSign() -> Self {
        first == UInt8(ascii: "+") || first == UInt8(ascii: "-") ? dropFirst() : self
    }

    fileprivate func elementsEqual(lowercase text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && map(\.lowercased).elementsEqual("\(text)".utf8)
    }
}
