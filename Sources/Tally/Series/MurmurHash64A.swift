/// MurmurHash64A with Redis' seed, so that every key falls into the same register as in Redis.
///
/// The hash is unkeyed and easy to invert, so it is only applied to the output of `SipHash`.
/// https://github.com/aappleby/smhasher/blob/master/src/MurmurHash2.cpp
enum MurmurHash64A {
    private static var seed: UInt64 { 0xADC8_3B19 }
    private static var factor: UInt64 { 0xC6A4_A793_5BD1_E995 }

    /// The hash of a number's eight bytes, the lowest first.
    @inline(__always)
    static func hash(_ number: UInt64) -> UInt64 {
        var state = seed ^ (8 &* factor)
        absorb(number, into: &state)
        return finish(state)
    }

    /// The hash of bytes. Allocates nothing.
    @inline(__always)
    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = seed ^ (UInt64(truncatingIfNeeded: bytes.count) &* factor)
        var offset = 0
        while bytes.count &- offset >= 8 {
            absorb(unsafe bytes.word(at: offset), into: &state)
            offset &+= 8
        }
        if offset < bytes.count {
            state ^= unsafe bytes.partialWord
            state &*= factor
        }
        return finish(state)
    }

    static func hash(_ bytes: [UInt8]) -> UInt64 { unsafe bytes.withUnsafeBytes { unsafe hash($0) } }

    @inline(__always)
    private static func absorb(_ word: UInt64, into state: inout UInt64) {
        var word = word &* factor
        word ^= word &>> 47
        state ^= word &* factor
        state &*= factor
    }

    @inline(__always)
    private static func finish(_ state: UInt64) -> UInt64 {
        var state = state
        state ^= state &>> 47
        state &*= factor
        return state ^ (state &>> 47)
    }
}
