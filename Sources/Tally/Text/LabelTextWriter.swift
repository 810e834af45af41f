/// Writes the escaped text of a label set into memory that its user lends it, or counts how much it would take.
///
/// Label text is what a series is known by: two label sets are the same series if their text is the same bytes, which
/// keeps `é` and `e` followed by U+0301 apart, where `String`'s own equality would merge them.
@usableFromInline
@safe
struct LabelTextWriter {
    /// A label's value is cut to this many bytes of UTF-8, at a scalar's boundary, before it is escaped: no caller
    /// can make a series, or a lookup, of unbounded size.
    static let maxValueBytes = 1024

    private let base: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    /// Bytes of text so far. If that is more than the capacity, they were not stored, and there are at most so many.
    private(set) var count = 0
    /// Values that were cut.
    private(set) var shortened = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        // An empty buffer may have no address; nothing is stored then, so any address will do.
        unsafe base = buffer.baseAddress ?? UnsafeMutablePointer(bitPattern: 1).unsafelyUnwrapped
        capacity = unsafe buffer.baseAddress == nil ? 0 : buffer.count
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        if count < capacity { unsafe base[count] = byte }
        count += 1
    }

    /// Appends a fragment, which has `OutputBuffer.slack` readable bytes after it.
    @inline(__always)
    mutating func append(_ fragment: LabelFragments.Piece) {
        if count + fragment.length + OutputBuffer.slack <= capacity {
            unsafe OutputBuffer.copyWide(fragment.start, fragment.length, to: base + count)
        } else if count + fragment.length <= capacity {
            unsafe (base + count).update(from: fragment.start, count: fragment.length)
        }
        count += fragment.length
    }

    /// Appends a label's value, cut and escaped: `\`, `"` and line feeds, as both text formats ask.
    ///
    /// https://prometheus.io/docs/instrumenting/exposition_formats/#comments-help-text-and-type-information
    @usableFromInline
    mutating func append(value: String) {
        let isContiguous: Void? = unsafe value.utf8.withContiguousStorageIfAvailable {
            unsafe append(value: $0)
        }
        if isContiguous == nil {
            unsafe Array(value.utf8).withUnsafeBufferPointer { unsafe append(value: $0) }
        }
    }

    private mutating func append(value: UnsafeBufferPointer<UInt8>) {
        let length = Self.cutLength(value.count) { unsafe value[$0] }
        if length < value.count { shortened += 1 }
        guard let start = value.baseAddress else { return }
        // Room for every byte escaped, and for one word, so that the loop checks no bounds.
        let most = count + 2 * length + 8
        count = unsafe most <= capacity ? Self.escape(start, length, to: base + count) - base : most
    }

    /// The length of a value as it is kept: at most ``maxValueBytes``, and no part of a scalar.
    @inline(__always)
    private static func cutLength(_ count: Int, byte: (Int) -> UInt8) -> Int {
        guard count > maxValueBytes else { return count }
        var length = maxValueBytes
        while length > 0, byte(length) & 0xC0 == 0x80 { length -= 1 }
        return length
    }

    /// A value as it is kept.
    static func cut(_ value: String) -> String {
        let bytes = Array(value.utf8.prefix(maxValueBytes + 1))
        return String(decoding: bytes[..<cutLength(bytes.count) { bytes[$0] }], as: UTF8.self)
    }

    /// Eight bytes at a time, as long as none of them has to be escaped. There must be room for twice the length and 8.
    @inline(__always)
    private static func escape(
        _ source: UnsafePointer<UInt8>,
        _ length: Int,
        to place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var place = unsafe place
        var position = 0
        while position &+ 8 <= length {
            let word = unsafe UnsafeRawPointer(source + position).loadUnaligned(as: UInt64.self)
            guard !hasSpecialByte(word) else { break }
            unsafe UnsafeMutableRawPointer(place).storeBytes(of: word, as: UInt64.self)
            position &+= 8
            unsafe place += 8
        }
        while position < length {
            let byte = unsafe source[position]
            position &+= 1
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\n") {
                unsafe place.pointee = UInt8(ascii: "\\")
                unsafe place += 1
                unsafe place.pointee = byte == UInt8(ascii: "\n") ? UInt8(ascii: "n") : byte
            } else {
                unsafe place.pointee = byte
            }
            unsafe place += 1
        }
        return unsafe place
    }

    /// True if one of eight bytes has to be escaped, by the classic test for a zero byte.
    @inline(__always)
    private static func hasSpecialByte(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        func zeroes(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
        func repeated(_ byte: Unicode.Scalar) -> UInt64 { UInt64(UInt8(ascii: byte)) &* ones }
        let marks = zeroes(word ^ repeated("\"")) | zeroes(word ^ repeated("\\")) | zeroes(word ^ repeated("\n"))
        return marks & (0x80 &* ones) != 0
    }

    /// Runs `write` on memory large enough for what it writes (the stack's, unless that is much), then `body` on the
    /// text.
    static func withText<Result>(
        _ write: (inout LabelTextWriter) -> Void,
        _ body: (UnsafeBufferPointer<UInt8>, _ shortened: Int) -> Result
    ) -> Result {
        var outcome = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1024) { buffer in
            unsafe attempt(buffer, write, body)
        }
        // More than once only if the labels' text changed between two readings.
        while case .needs(let capacity) = outcome {
            let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: capacity)
            outcome = unsafe attempt(buffer, write, body)
            unsafe buffer.deallocate()
        }
        guard case .done(let result) = outcome else { preconditionFailure("the loop ends with a result") }
        return result
    }

    private enum Outcome<Result> {
        case done(Result)
        case needs(Int)
    }

    private static func attempt<Result>(
        _ buffer: UnsafeMutableBufferPointer<UInt8>,
        _ write: (inout LabelTextWriter) -> Void,
        _ body: (UnsafeBufferPointer<UInt8>, _ shortened: Int) -> Result
    ) -> Outcome<Result> {
        var writer = unsafe LabelTextWriter(buffer)
        write(&writer)
        guard writer.count <= buffer.count else { return .needs(writer.count) }
        let text = unsafe UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer)[..<writer.count])
        return .done(unsafe body(text, writer.shortened))
    }

    static func escaped(_ value: String) -> [UInt8] {
        unsafe withText {
            $0.append(value: value)
        } _: { text, _ in
            unsafe Array(text)
        }
    }
}
