/// Memory that an encoder fills: it asks for room first, then writes without checks.
///
/// Not `Sendable`, and valid only while its memory is lent to it.
@safe
struct OutputBuffer {
    /// What a stream is cut into.
    static let chunkSize = 64 * 1024

    private(set) var base: UnsafeMutablePointer<UInt8>
    let capacity: Int
    /// Bytes written.
    private(set) var count = 0
    /// What the next item needs, where it did not fit.
    private(set) var needed = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        // An encoder is always lent some memory.
        unsafe base = buffer.baseAddress.unsafelyUnwrapped
        capacity = buffer.count
    }

    /// Whether so many more bytes fit. Everything below must be covered by such a question.
    @inline(__always)
    mutating func hasRoom(_ bytes: Int) -> Bool {
        if capacity - count >= bytes { return true }
        needed = bytes
        return false
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        assert(count < capacity)
        unsafe base[count] = byte
        count += 1
    }

    @inline(__always)
    mutating func append(_ source: UnsafePointer<UInt8>, _ length: Int) {
        assert(capacity - count >= length)
        unsafe (base + count).update(from: source, count: length)
        count += length
    }

    mutating func append(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBufferPointer { source in
            if let start = source.baseAddress { unsafe append(start, source.count) }
        }
    }

    mutating func append(_ text: StaticString) {
        unsafe append(text.utf8Start, text.utf8CodeUnitCount)
    }

    /// The most that an integer takes: 20 digits.
    static let maxIntegerBytes = 20
    /// The most that a `Double` takes: `-2.2250738585072014e-308`.
    static let maxDoubleBytes = 24

    mutating func append(integer value: UInt64) {
        if value < 10 { return append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value)) }
        let digits = Self.digitCount(value)
        assert(capacity - count >= digits)
        var rest = value
        var end = unsafe base + count + digits
        // Two digits a division.
        while rest >= 100 {
            let (quotient, pair) = (rest / 100, Int(rest % 100))
            rest = quotient
            unsafe end -= 2
            unsafe end.update(from: Self.pairs.utf8Start + 2 * pair, count: 2)
        }
        if rest >= 10 {
            unsafe (end - 2).update(from: Self.pairs.utf8Start + 2 * Int(rest), count: 2)
        } else {
            unsafe (end - 1).pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
        }
        count += digits
    }

    mutating func append(double value: Double) {
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 {
            if whole < 0 { append(UInt8(ascii: "-")) }
            return append(integer: whole.magnitude)
        }
        if value.isNaN { return append("NaN") }
        if value.isInfinite { return append(value > 0 ? "+Inf" : "-Inf") }
        // The shortest text that reads back as the same number.
        var text = value.description
        text.withUTF8 { source in
            if let start = source.baseAddress { unsafe append(start, source.count) }
        }
    }

    private static func digitCount(_ value: UInt64) -> Int {
        var digits = 1
        var bound: UInt64 = 10
        while value >= bound {
            digits += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { return digits }
            bound = next
        }
        return digits
    }

    private static var pairs: StaticString {
        """
        00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051\
        525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
        """
    }
}
