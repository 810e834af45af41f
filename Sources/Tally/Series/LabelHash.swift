/// The hash of label text: a folded 128-bit multiplication per 16 bytes, with a seed per registry. Not cryptographic: a
/// family's limit bounds the cost of crafted values.
@inline(__always)
func labelHash(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: unsafe labelHash64(bytes, seed: seed) >> 32)
}

@inlinable
@inline(__always)
package func foldedMultiply(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
}

@inline(__always)
func labelHash64(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt64 {
    finalHash(unsafe mixed(bytes, into: seed))
}

/// The hash from the state after all bytes.
@inlinable
@inline(__always)
package func finalHash(_ state: UInt64) -> UInt64 {
    foldedMultiply(state ^ 0x8EBC_6AF0_9C88_C6E3, 0x5899_65CC_7537_4CC3)
}

/// The state of a hash after more bytes.
@inlinable
@inline(__always)
package func mixed(_ bytes: UnsafeBufferPointer<UInt8>, into state: UInt64) -> UInt64 {
    var state = state ^ UInt64(truncatingIfNeeded: bytes.count) &* 0x9E37_79B9_7F4A_7C15
    guard let base = bytes.baseAddress else { return state }
    var cursor = unsafe UnsafeRawPointer(base)
    var remaining = bytes.count
    while remaining > 16 {
        let low = unsafe cursor.loadUnaligned(as: UInt64.self)
        let high = unsafe cursor.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        state = foldedMultiply(low ^ 0xA076_1D64_78BD_642F, high ^ state)
        unsafe cursor += 16
        remaining &-= 16
    }
    let low: UInt64
    let high: UInt64
    // Two loads may overlap, so that they cover every byte without a loop.
    if remaining >= 8 {
        low = unsafe cursor.loadUnaligned(as: UInt64.self)
        high = unsafe cursor.loadUnaligned(fromByteOffset: remaining &- 8, as: UInt64.self)
    } else if remaining >= 4 {
        low = UInt64(unsafe cursor.loadUnaligned(as: UInt32.self))
        high = UInt64(unsafe cursor.loadUnaligned(fromByteOffset: remaining &- 4, as: UInt32.self))
    } else if remaining > 0 {
        low =
            UInt64(unsafe cursor.load(as: UInt8.self)) << 8
            | UInt64(unsafe cursor.load(fromByteOffset: remaining &>> 1, as: UInt8.self))
        high = UInt64(unsafe cursor.load(fromByteOffset: remaining &- 1, as: UInt8.self))
    } else {
        return state
    }
    return foldedMultiply(low ^ 0xE703_7ED1_A0B4_28DB, high ^ state)
}

@inline(__always)
func equalBytes(_ one: UnsafeBufferPointer<UInt8>, _ two: UnsafeBufferPointer<UInt8>) -> Bool {
    guard one.count == two.count else { return false }
    guard let first = one.baseAddress, let second = two.baseAddress else { return true }
    return unsafe equalBytes(UnsafeRawPointer(first), UnsafeRawPointer(second), one.count)
}

@inlinable
@inline(__always)
package func equalBytes(_ one: UnsafeRawPointer, _ two: UnsafeRawPointer, _ count: Int) -> Bool {
    func isEqual<Word: FixedWidthInteger>(_ offset: Int, _ type: Word.Type) -> Bool {
        unsafe one.loadUnaligned(fromByteOffset: offset, as: type)
            == two.loadUnaligned(fromByteOffset: offset, as: type)
    }
    // Two loads may overlap, so that they cover every byte without a loop.
    guard count >= 8 else {
        if count >= 4 { return isEqual(0, UInt32.self) && isEqual(count &- 4, UInt32.self) }
        for offset in 0..<count where !isEqual(offset, UInt8.self) { return false }
        return true
    }
    var offset = 0
    while offset &+ 8 < count {
        guard isEqual(offset, UInt64.self) else { return false }
        offset &+= 8
    }
    return isEqual(count &- 8, UInt64.self)
}
