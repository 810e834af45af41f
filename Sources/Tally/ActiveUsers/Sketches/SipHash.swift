/// SipHash-2-4, a keyed hash. Without the key, its results are unpredictable and indistinguishable from random.
///
/// https://www.aumasson.jp/siphash/siphash.pdf
package struct SipHash: Sendable {
    private let key: HashKey

    package init(key: HashKey) {
        self.key = key
    }

    @inline(__always)
    package func hash(_ text: String) -> UInt64 { unsafe text.withBytes { unsafe hash($0) } }

    package func hash(_ bytes: [UInt8]) -> UInt64 { unsafe bytes.withUnsafeBytes { unsafe hash($0) } }

    /// The hash of bytes. Does not allocate.
    @inline(__always)
    package func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = State(key)
        var offset = 0
        while bytes.count &- offset >= 8 {
            state.absorb(unsafe bytes.word(at: offset))
            offset &+= 8
        }
        // The lowest byte of the length ends the message.
        state.absorb(unsafe bytes.partialWord | UInt64(truncatingIfNeeded: bytes.count) &<< 56)
        return state.finish()
    }

    private struct State {
        var v0: UInt64
        var v1: UInt64
        var v2: UInt64
        var v3: UInt64

        @inline(__always)
        init(_ key: HashKey) {
            v0 = key.low ^ 0x736F_6D65_7073_6575
            v1 = key.high ^ 0x646F_7261_6E64_6F6D
            v2 = key.low ^ 0x6C79_6765_6E65_7261
            v3 = key.high ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        @inline(__always)
        mutating func finish() -> UInt64 {
            v2 ^= 0xFF
            round()
            round()
            round()
            round()
            return v0 ^ v1 ^ v2 ^ v3
        }

        @inline(__always)
        private mutating func round() {
            v0 &+= v1
            v2 &+= v3
            v1 = Self.rotated(v1, 13) ^ v0
            v3 = Self.rotated(v3, 16) ^ v2
            v0 = Self.rotated(v0, 32)
            v2 &+= v1
            v0 &+= v3
            v1 = Self.rotated(v1, 17) ^ v2
            v3 = Self.rotated(v3, 21) ^ v0
            v2 = Self.rotated(v2, 32)
        }

        @inline(__always)
        private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 {
            word &<< bits | word &>> (64 &- bits)
        }
    }
}

extension HashKey {
    /// A number that distinguishes keys without revealing them: the hash of a text that is not an identifier.
    var fingerprint: UInt64 { SipHash(key: self).hash("\u{0}Tally's fingerprint of a key") }
}
