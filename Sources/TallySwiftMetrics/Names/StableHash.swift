/// A hash that is the same in every process: FNV-1a with 64 bits, folded to 32.
///
/// http://www.isthe.com/chongo/tech/comp/fnv/
enum StableHash {
    /// The hash as eight hexadecimal digits.
    static func digits(of text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        let digits = String(UInt32(truncatingIfNeeded: hash ^ (hash >> 32)), radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
}
