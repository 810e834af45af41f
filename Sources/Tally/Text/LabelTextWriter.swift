/// Writes the escaped text of a label set into the caller's memory, or counts the bytes that it would take.
///
/// Label text identifies a series: two label sets are the same series if their texts have the same bytes. `String`
/// equality would merge `é` with `e` followed by U+0301.
@usableFromInline
@safe
struct LabelTextWriter {
    /// Label values are truncated to this many UTF-8 bytes, at a scalar boundary, to bound the size of series and
    /// lookups. The limit applies before escaping.
    static let maxValueBytes = 1024

    private let base: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    /// The length of the text so far. If it exceeds the capacity, the text is incomplete and this is an upper bound.
    private(set) var count = 0
    /// The number of truncated values.
    private(set) var shortened = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        // An empty buffer may have no address. Nothing is stored then, so any address will do.
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

    /// Appends a label's value, truncated, with `\`, `"` and line feeds escaped as both text formats require.
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
        // Room for every byte escaped, and for one word, so that the loop needs no bounds checks.
        let most = count + 2 * length + 8
        count = unsafe most <= capacity ? Self.escape(start, length, to: base + count) - base : most
    }

    /// The length of a value after truncation to ``maxValueBytes``, at a scalar boundary.
    @inline(__always)
    private static func cutLength(_ count: Int, byte: (Int) -> UInt8) -> Int {
        guard count > maxValueBytes else { return count }
        var length = maxValueBytes
        while length > 0, byte(length) & 0xC0 == 0x80 { length -= 1 }
        return length
    }

    /// The value, truncated to ``maxValueBytes``.
    static func cut(_ value: String) -> String {
        let bytes = Array(value.utf8.prefix(maxValueBytes + 1))
        return String(decoding: bytes[..<cutLength(bytes.count) { bytes[$0] }], as: UTF8.self)
    }

    /// Copies eight bytes at a time while none needs escaping. Requires room for twice the length and eight more bytes.
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

    /// True if one of eight bytes needs escaping, by the classic test for a zero byte.
    @inline(__always)
    private static func hasSpecialByte(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        func zeroes(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
        func repeated(_ byte: Unicode.Scalar) -> UInt64 { UInt64(UInt8(ascii: byte)) &* ones }
        let marks = zeroes(word ^ repeated("\"")) | zeroes(word ^ repeated("\\")) | zeroes(word ^ repeated("\n"))
        return marks & (0x80 &* ones) != 0
    }

    /// Runs `write` on enough memory for its text, on the stack if the text is short, then `body` on the text.
    static func withText<Result>(
        _ write: (inout LabelTextWriter) -> Void,
        _ body: (UnsafeBufferPointer<UInt8>, _ shortened: Int) -> Result
    ) -> Result {
        var outcome = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1024) { buffer in
            unsafe attempt(buffer, write, body)
        }
        // A second round is needed only if the labels' text has changed between two readings.
        while case .needs(let capacity) = outcome {
            let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: capacity)
            outcome = unsafe attempt(buffer, write, body)
            unsafe buffer.deallocate()
        }
        guard case .done(let result) = outcome else { preconditionFailure("unreachable: the loop ends with a result") }
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
