/// A HyperLogLog sketch. Each of the `2^precision` registers holds the highest rank among its keys. A pure value,
/// without clock or lock. A copy shares its registers until one of the two changes.
package struct HyperLogLog: Sendable, Hashable {
    /// The register of a key, and the key's rank.
    package struct Place: Hashable, Sendable {
        package let index: Int
        package let rank: UInt8
    }

    package let precision: Int
    /// One byte per register, 0 if no key has fallen into it.
    package private(set) var registers: [UInt8]

    /// The zero registers of the default precision, which all empty sketches share.
    private static let zeroes = [UInt8](repeating: 0, count: 1 << 14)

    /// - Parameter precision: From 4 to 16. The standard error is `1.04 / sqrt(2^precision)`: 0.81 % for 14, which
    ///   takes 16 KiB, and 3.25 % for 10, which takes 1 KiB.
    package init(precision: Int = 14) {
        precondition((4...16).contains(precision), "the precision \(precision) is not in 4...16")
        self.precision = precision
        registers = precision == 14 ? Self.zeroes : [UInt8](repeating: 0, count: 1 << precision)
    }

    /// Creates a sketch from registers, none of which may exceed ``maxRank(precision:)``.
    init(precision: Int, registers: [UInt8]) {
        precondition(
            registers.count == 1 << precision,
            "\(registers.count) registers do not fit precision \(precision), which needs \(1 << precision)"
        )
        self.precision = precision
        self.registers = registers
    }

    /// The maximum rank: that of a hash whose bits above the index are all zero.
    @inline(__always)
    static func maxRank(precision: Int) -> UInt8 { UInt8(truncatingIfNeeded: 65 &- precision) }

    /// The place of a 64-bit key, as if its eight bytes, lowest first, had been added by Redis' `PFADD`.
    ///
    /// The index is the lowest bits of the hash. The rank is one more than the number of zeros that follow.
    /// https://github.com/redis/redis/blob/7.0.0/src/hyperloglog.c, `hllPatLen`
    @inline(__always)
    package static func place(of key: UInt64, precision: Int) -> Place {
        let hash = MurmurHash64A.hash(key)
        let bits = UInt64(truncatingIfNeeded: precision)
        // A set bit above the highest one bounds the rank.
        let above = hash &>> bits | 1 &<< (64 &- bits)
        return Place(
            index: Int(truncatingIfNeeded: hash & (1 &<< bits &- 1)),
            rank: UInt8(truncatingIfNeeded: above.trailingZeroBitCount &+ 1)
        )
    }

    /// Adds a key. Adding a key again changes nothing.
    @inline(__always)
    package mutating func insert(key: UInt64) {
        let place = Self.place(of: key, precision: precision)
        raise(place.index, to: place.rank)
    }

    /// Raises a register to `rank`, unless it is at least as high.
    @inline(__always)
    mutating func raise(_ index: Int, to rank: UInt8) {
        if registers[index] < rank { registers[index] = rank }
    }

    package var isEmpty: Bool { registers.allSatisfy { $0 == 0 } }

    /// Merges a sketch of the same precision: each register becomes the higher of the two.
    package mutating func merge(_ other: HyperLogLog) {
        precondition(precision == other.precision, "cannot merge precisions \(precision) and \(other.precision)")
        unsafe registers.withUnsafeMutableBufferPointer { mine in
            unsafe other.registers.withUnsafeBufferPointer { theirs in
                // Unchecked, so that the loop is vectorised: both hold `2^precision` registers.
                for index in 0..<mine.count {
                    unsafe mine[index] = max(mine[index], theirs[index])
                }
            }
        }
    }
}
