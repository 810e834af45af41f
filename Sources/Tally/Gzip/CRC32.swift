/// The checksum of a gzip member (CRC-32).
///
/// https://www.rfc-editor.org/rfc/rfc1952#section-8
struct CRC32: Sendable {
    private var state = UInt32.max

    /// The checksum of all bytes so far.
    var value: UInt32 { ~state }

    /// The polynomial, with the lowest power in the highest bit.
    private static let polynomial: UInt32 = 0xEDB8_8320

    /// Eight tables of 256 entries: the contribution of a byte that is followed by 0 to 7 others.
    private static let tables: FixedBuffer<UInt32> = {
        var tables = (0..<256).map { byte in (0..<8).reduce(UInt32(byte)) { word, _ in timesX(word) } }
        for index in 0..<(7 * 256) {
            let word = tables[index]
            tables.append(tables[Int(word & 255)] ^ word >> 8)
        }
        return FixedBuffer(tables, padding: 0, of: 0)
    }()

    /// Adds bytes to the checksum. Four interleaved runs hide the latency of the table look-ups.
    mutating func update(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let base = bytes.baseAddress else { return }
        let start = unsafe UnsafeRawPointer(base)
        let tables = unsafe Self.tables.pointer
        let run = bytes.count / 4 & ~7
        if run > 0 {
            var (first, second, third, fourth) = (state, UInt32(0), UInt32(0), UInt32(0))
            var position = 0
            while position < run {
                let place = unsafe start + position
                unsafe first = Self.word(at: place, after: first, tables)
                unsafe second = Self.word(at: place + run, after: second, tables)
                unsafe third = Self.word(at: place + 2 &* run, after: third, tables)
                unsafe fourth = Self.word(at: place + 3 &* run, after: fourth, tables)
                position &+= 8
            }
            let shift = Self.shift(by: run)
            state = Self.product(shift, first) ^ second
            state = Self.product(shift, state) ^ third
            state = Self.product(shift, state) ^ fourth
        }
        for position in (4 * run)..<bytes.count {
            let byte = unsafe UInt32(start.load(fromByteOffset: position, as: UInt8.self))
            state = unsafe tables[Int((state ^ byte) & 255)] ^ state >> 8
        }
    }

    /// The state after eight more bytes.
    @inline(__always)
    private static func word(
        at place: UnsafeRawPointer,
        after state: UInt32,
        _ tables: UnsafePointer<UInt32>
    ) -> UInt32 {
        func entry(_ table: Int, _ byte: UInt32) -> UInt32 {
            unsafe tables[256 &* table &+ Int(truncatingIfNeeded: byte & 255)]
        }
        func entry(_ table: Int, at offset: Int) -> UInt32 {
            unsafe tables[256 &* table &+ Int(place.load(fromByteOffset: offset, as: UInt8.self))]
        }
        let low = unsafe UInt32(littleEndian: place.loadUnaligned(as: UInt32.self)) ^ state
        return entry(7, low) ^ entry(6, low &>> 8) ^ entry(5, low &>> 16) ^ entry(4, low &>> 24)
            ^ entry(3, at: 4) ^ entry(2, at: 5) ^ entry(1, at: 6) ^ entry(0, at: 7)
    }

    private static func timesX(_ word: UInt32) -> UInt32 { word >> 1 ^ (word & 1 == 1 ? polynomial : 0) }

    private static func product(_ one: UInt32, _ other: UInt32) -> UInt32 {
        var product: UInt32 = 0
        var power = other
        for bit in (0..<32).reversed() {
            if one >> UInt32(bit) & 1 == 1 { product ^= power }
            power = timesX(power)
        }
        return product
    }

    /// The factor that advances a checksum past `bytes` further bytes: `x` to the power of their number of bits.
    private static func shift(by bytes: Int) -> UInt32 {
        var shift: UInt32 = 1 << 31
        var square: UInt32 = 1 << 23
        var rest = bytes
        while rest > 0 {
            if rest & 1 == 1 { shift = product(square, shift) }
            square = product(square, square)
            rest >>= 1
        }
        return shift
    }
}
