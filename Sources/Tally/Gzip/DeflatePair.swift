/// A length or distance as the symbol of its range and the offset within that range.
///
/// https://www.rfc-editor.org/rfc/rfc1951#section-3.2.5
struct DeflatePair {
    let symbol: Int
    let extraCount: UInt64
    let extra: UInt64

    /// - Parameter length: 3 to 258.
    @inline(__always)
    init(length: Int) {
        let value = UInt64(truncatingIfNeeded: length &- 3)
        guard value >= 8, value < 255 else {
            symbol = value == 255 ? 285 : 257 &+ Int(truncatingIfNeeded: value)
            extraCount = 0
            extra = 0
            return
        }
        extraCount = UInt64(truncatingIfNeeded: 61 &- value.leadingZeroBitCount)
        symbol = 257 &+ Int(truncatingIfNeeded: 4 &* (extraCount &+ 1) &+ (value &>> extraCount & 3))
        extra = value & (1 &<< extraCount &- 1)
    }

    /// - Parameter distance: 1 to 32,768.
    @inline(__always)
    init(distance: Int) {
        let value = UInt64(truncatingIfNeeded: distance &- 1)
        guard value >= 4 else {
            symbol = Int(truncatingIfNeeded: value)
            extraCount = 0
            extra = 0
            return
        }
        extraCount = UInt64(truncatingIfNeeded: 62 &- value.leadingZeroBitCount)
        symbol = Int(truncatingIfNeeded: 2 &* (extraCount &+ 1) &+ (value &>> extraCount & 1))
        extra = value & (1 &<< extraCount &- 1)
    }
}
