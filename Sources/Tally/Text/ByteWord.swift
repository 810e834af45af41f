/// Eight bytes of text looked at as one number.
enum ByteWord {
    @inline(__always)
    private static var ones: UInt64 { 0x0101_0101_0101_0101 }

    /// Where in a word, from its lowest byte, the first of three bytes is; nil if none is.
    ///
    /// The classic test for a zero byte. It may mark a byte past one that is marked rightly, so only the first counts.
    @inline(__always)
    static func firstByte(
        in word: UInt64,
        among one: Unicode.Scalar,
        _ two: Unicode.Scalar,
        _ three: Unicode.Scalar
    ) -> Int? {
        let marks = zeroes(word ^ repeated(one)) | zeroes(word ^ repeated(two)) | zeroes(word ^ repeated(three))
        return first(marks)
    }

    @inline(__always)
    private static func zeroes(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }

    @inline(__always)
    private static func repeated(_ byte: Unicode.Scalar) -> UInt64 { UInt64(UInt8(ascii: byte)) &* ones }

    @inline(__always)
    private static func first(_ marks: UInt64) -> Int? {
        let high = marks & (0x80 &* ones)
        return high == 0 ? nil : high.trailingZeroBitCount / 8
    }
}
