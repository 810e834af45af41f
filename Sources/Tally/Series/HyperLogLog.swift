/// The registers of a HyperLogLog: for each of `2^precision`, the highest rank among the keys that fell into it.
///
/// Pure state: no clock, no lock. A copy shares its registers until one of the two changes.
package struct HyperLogLog: Sendable, Hashable {
    /// The register of a key, and its rank there.
    package struct Place: Hashable, Sendable {
        package let index: Int
        package let rank: UInt8
    }

    package let precision: Int
    /// One byte a register, 0 where no key fell.
    package private(set) var registers: [UInt8]

    /// The zero registers of the usual precision, which all empty sketches share.
    private static let zeroes = [UInt8](repeating: 0, count: 1 << 14)

    /// - Parameter precision: From 4 to 16. The standard error is `1.04 / sqrt(2^precision)`: 0.81 % with 14, which
    ///   takes 16 KiB, and 3.25 % with 10, which takes 1 KiB.
    package init(precision: Int = 14) {
        precondition((4...16).contains(precision), "a precision is from 4 to 16")
        self.precision = precision
        registers = precision == 14 ? Self.zeroes : [UInt8](repeating: 0, count: 1 << precision)
    }

    /// Takes registers of which the caller knows that none is above ``maxRank(precision:)``.
    init(precision: Int, registers: [UInt8]) {
        precondition(registers.count == 1 << precision, "there are 2 to the precision registers")
        self.precision = precision
        self.registers = registers
    }

    /// The highest rank there is: that of a hash whose bits above the index are all zero.
    @inline(__always)
    static func maxRank(precision: Int) -> UInt8 { UInt8(truncatingIfNeeded: 65 &- precision) }

    /// The place of a 64-bit key, as if Redis had been told to `PFADD` its eight bytes, the lowest first.
    ///
    /// The index is the hash's lowest bits, the rank one more than the zeroes that follow.
    /// https://github.com/redis/redis/blob/7.0.0/src/hyperloglog.c, `hllPatLen`
    @inline(__always)
    package static func place(of key: UInt64, precision: Int) -> Place {
        let hash = MurmurHash64A.hash(key)
        let bits = UInt64(truncatingIfNeeded: precision)
        // A bit above the highest, so that the rank is bounded.
        let above = hash &>> bits | 1 &<< (64 &- bits)
        return Place(
            index: Int(truncatingIfNeeded: hash & (1 &<< bits &- 1)),
            rank: UInt8(truncatingIfNeeded: above.trailingZeroBitCount &+ 1)
        )
    }

    /// Puts a key in. One that is in already changes nothing.
    @inline(__always)
    package mutating func insert(key: UInt64) {
        let place = Self.place(of: key, precision: precision)
        raise(place.index, to: place.rank)
    }

    /// Raises a register, unless it is as high.
    @inline(__always)
    mutating func raise(_ index: Int, to rank: UInt8) {
        if registers[index] < rank { registers[index] = rank }
    }

    package var isEmpty: Bool { registers.allSatisfy { $0 == 0 } }

    /// Puts in all that is in another of the same precision: the higher of each two registers.
    package mutating func merge(_ other: HyperLogLog) {
        precondition(precision == other.precision, "sketches of different precisions have no union")
        unsafe registers.withUnsafeMutableBufferPointer { mine in
            unsafe other.registers.withUnsafeBufferPointer { theirs in
                // Unchecked, so that it becomes vector instructions: both hold 2 to the precision registers.
                for index in 0..<mine.count {
                    unsafe mine[index] = max(mine[index], theirs[index])
                }
            }
        }
    }
}
