/// Memory that an encoder fills without further checks once ``hasRoom(_:)`` has returned true. Not `Sendable`. Valid
/// only while the caller lends the memory.
@safe
struct OutputBuffer {
    /// The size of a stream's chunks, in bytes.
    static let chunkSize = 64 * 1024

    let base: UnsafeMutablePointer<UInt8>
    let capacity: Int
    /// The number of bytes written.
    var count = 0
    /// The size of the item that did not fit.
    private(set) var needed = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        // Encoders never receive an empty buffer.
        unsafe base = buffer.baseAddress.unsafelyUnwrapped
        capacity = buffer.count
    }

    /// True if this many more bytes fit. Every method below requires such a check first.
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

    /// The number of bytes past the end that ``appendWide(_:_:)`` may read and write.
    static let slack = 64

    /// Appends in blocks of up to 64 bytes, which is faster than an exact copy for the usual lengths of label text.
    ///
    /// Requires room for ``slack`` more bytes, and as many readable bytes after the source.
    @inline(__always)
    mutating func appendWide(_ source: UnsafePointer<UInt8>, _ length: Int) {
        assert(capacity - count >= length + Self.slack)
        unsafe Self.copyWide(source, length, to: base + count)
        count &+= length
    }

    @inline(__always)
    static func copyWide(_ source: UnsafePointer<UInt8>, _ length: Int, to place: UnsafeMutablePointer<UInt8>) {
        if length <= 32 {
            let block = unsafe UnsafeRawPointer(source).loadUnaligned(as: SIMD32<UInt8>.self)
            return unsafe UnsafeMutableRawPointer(place).storeBytes(of: block, as: SIMD32<UInt8>.self)
        }
        if length <= 48 {
            let first = unsafe UnsafeRawPointer(source).loadUnaligned(as: SIMD32<UInt8>.self)
            let rest = unsafe UnsafeRawPointer(source + 32).loadUnaligned(as: SIMD16<UInt8>.self)
            unsafe UnsafeMutableRawPointer(place).storeBytes(of: first, as: SIMD32<UInt8>.self)
            unsafe UnsafeMutableRawPointer(place + 32).storeBytes(of: rest, as: SIMD16<UInt8>.self)
            return
        }
        var offset = 0
        repeat {
            let block = unsafe UnsafeRawPointer(source + offset).loadUnaligned(as: SIMD64<UInt8>.self)
            unsafe UnsafeMutableRawPointer(place + offset).storeBytes(of: block, as: SIMD64<UInt8>.self)
            offset &+= 64
        } while offset < length
    }

    mutating func append(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBufferPointer { source in
            if let start = source.baseAddress { unsafe append(start, source.count) }
        }
    }

    mutating func append(_ text: StaticString) { unsafe append(text.utf8Start, text.utf8CodeUnitCount) }

    /// The maximum length of an integer: 20 digits.
    static let maxIntegerBytes = 20
    /// The maximum length of a `Double`: `-2.2250738585072014e-308`.
    static let maxDoubleBytes = 24

    @inline(__always)
    mutating func append(integer value: UInt64) {
        assert(capacity - count >= Self.maxIntegerBytes)
        count = unsafe Self.write(value, at: base + count) - base
    }

    /// Writes an integer and returns its end.
    ///
    /// Divisions dominate the cost, so it writes four digits at a time, with two table look-ups. Static and by address,
    /// so that a loop over many series keeps the position in a register.
    @inline(__always)
    static func write(_ value: UInt64, at place: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        if value < 10_000 { return unsafe write(upTo4: value, at: place) }
        if value < 100_000_000 {
            let middle = unsafe write(upTo4: value / 10_000, at: place)
            return unsafe write(exactly4: value % 10_000, at: middle)
        }
        return unsafe writeLarge(value, at: place)
    }

    @inline(never)
    private static func writeLarge(
        _ value: UInt64,
        at place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let (high, low) = (value / 100_000_000, value % 100_000_000)
        var end = unsafe write(high, at: place)
        unsafe end = write(exactly4: low / 10_000, at: end)
        return unsafe write(exactly4: low % 10_000, at: end)
    }

    /// Writes one to four digits. Uses branches, because a processor that predicts them starts on the next series
    /// before it has read this value. Without branches, each series would wait for the previous one.
    @inline(__always)
    private static func write(
        upTo4 value: UInt64,
        at place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        if value < 100 { return unsafe write(upTo2: value, at: place) }
        return unsafe write(pair: value % 100, at: write(upTo2: value / 100, at: place))
    }

    /// Writes one or two digits, without a branch: this choice is the hardest to predict. Always stores two bytes.
    @inline(__always)
    private static func write(
        upTo2 value: UInt64,
        at place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let hasTwo: UInt16 = value >= 10 ? 1 : 0
        let digits = UInt16(littleEndian: pair(value)) &>> (8 &* (1 &- hasTwo))
        unsafe UnsafeMutableRawPointer(place).storeBytes(of: digits.littleEndian, as: UInt16.self)
        return unsafe place + 1 + Int(hasTwo)
    }

    @inline(__always)
    private static func write(
        exactly4 value: UInt64,
        at place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        unsafe write(pair: value % 100, at: write(pair: value / 100, at: place))
    }

    /// Writes the two digits of a number below 100.
    @inline(__always)
    private static func write(
        pair value: UInt64,
        at place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        unsafe UnsafeMutableRawPointer(place).storeBytes(of: pair(value), as: UInt16.self)
        return unsafe place + 2
    }

    /// The two digits of a number below 100, in memory order.
    @inline(__always)
    private static func pair(_ value: UInt64) -> UInt16 {
        unsafe UnsafeRawPointer(pairs.utf8Start).loadUnaligned(
            fromByteOffset: 2 &* Int(truncatingIfNeeded: value),
            as: UInt16.self
        )
    }

    mutating func append(double value: Double) {
        // Excludes -0.0, which an integer cannot express.
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53, whole != 0 || value.sign == .plus {
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

    static func text(of value: Double) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: maxDoubleBytes) { buffer, count in
            var out = unsafe OutputBuffer(buffer)
            out.append(double: value)
            count = out.count
        }
    }

    private static var pairs: StaticString {
        """
        00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051\
        525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
        """
    }
}
