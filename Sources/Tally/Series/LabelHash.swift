/// The hash of label text: a folded 128-bit multiplication per 16 bytes, with a seed per registry. Not cryptographic: a
/// family's limit bounds the cost of crafted values.
@inline(__always)
func labelHash(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: unsafe labelHash64(bytes, seed: seed) >> 32)
}

@inline(__always)
func labelHash64(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt64 {
    func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
    var state = seed ^ UInt64(truncatingIfNeeded: bytes.count) &* 0x9E37_79B9_7F4A_7C15
    var remaining = bytes.count
    if let base = bytes.baseAddress {
        var cursor = unsafe UnsafeRawPointer(base)
        while remaining >= 16 {
            let low = unsafe cursor.loadUnaligned(as: UInt64.self)
            let high = unsafe cursor.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            state = fold(low ^ 0xA076_1D64_78BD_642F, high ^ state)
            unsafe cursor += 16
            remaining -= 16
        }
        var low: UInt64 = 0
        var high: UInt64 = 0
        if remaining >= 8 {
            low = unsafe cursor.loadUnaligned(as: UInt64.self)
            // The last 8 bytes may overlap the first, so that every byte is covered without a loop.
            high = unsafe cursor.loadUnaligned(fromByteOffset: remaining - 8, as: UInt64.self)
        } else {
            for index in 0..<remaining {
                low = low << 8 | UInt64(unsafe cursor.load(fromByteOffset: index, as: UInt8.self))
            }
        }
        state = fold(low ^ 0xE703_7ED1_A0B4_28DB, high ^ state)
    }
    return fold(state ^ 0x8EBC_6AF0_9C88_C6E3, 0x5899_65CC_7537_4CC3)
}

@inline(__always)
func equalBytes(_ one: UnsafeBufferPointer<UInt8>, _ two: UnsafeBufferPointer<UInt8>) -> Bool {
    guard one.count == two.count else { return false }
    guard let first = one.baseAddress, let second = two.baseAddress else { return true }
    let a = unsafe UnsafeRawPointer(first)
    let b = unsafe UnsafeRawPointer(second)
    var index = 0
    while index + 8 <= one.count {
        let differs =
            unsafe a.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            != b.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        if differs { return false }
        index += 8
    }
    while index < one.count {
        if unsafe first[index] != second[index] { return false }
        index += 1
    }
    return true
}
