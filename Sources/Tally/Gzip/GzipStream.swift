/// Compresses text, in consecutive pieces, into one gzip member.
///
/// https://www.rfc-editor.org/rfc/rfc1952
struct GzipStream: Sendable {
    private var checksum = CRC32()
    private var length: UInt32 = 0
    private var bits = BitWriter()
    private var hasBegun = false

    /// Compresses the next piece of text. May return an empty array.
    ///
    /// - Parameter isLast: True for the end of the text. Do not call again afterwards.
    mutating func compress(_ text: UnsafeBufferPointer<UInt8>, isLast: Bool) -> [UInt8] {
        var out: [UInt8] = []
        if !hasBegun {
            // Deflate, no file name, no modification time, unknown operating system.
            out += [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
            hasBegun = true
        }
        unsafe checksum.update(text)
        length &+= UInt32(truncatingIfNeeded: text.count)
        var rest = unsafe text[...]
        while unsafe !rest.isEmpty {
            let block = unsafe UnsafeBufferPointer(rebasing: rest.prefix(DeflateBlock.maxBytes))
            unsafe rest = rest.dropFirst(DeflateBlock.append(block, to: &out, &bits))
        }
        guard isLast else { return out }
        // The last block: empty, with the fixed code.
        bits.append(0b011, 3)
        bits.append(0, 7)
        bits.finish(&out)
        for word in [checksum.value, length] {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                out.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return out
    }
}
