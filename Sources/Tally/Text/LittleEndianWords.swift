extension UnsafeRawBufferPointer {
    /// The eight bytes at an offset as a little-endian word. All eight must exist.
    @inline(__always)
    func word(at offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The 0 to 7 bytes after the last whole word, as a little-endian word. Avoids a loop, which would cost as much as
    /// hashing a short identifier. The reads may overlap, because both put the same bits in the same place.
    @inline(__always)
    var partialWord: UInt64 {
        let rest = count & 7
        // Two shifts, because `&>>` by 64 would not shift at all.
        if count >= 8 { return (unsafe word(at: count &- 8) &>> 8) &>> UInt64(56 &- 8 &* rest) }
        if count >= 4 {
            let low = UInt32(littleEndian: unsafe loadUnaligned(as: UInt32.self))
            let high = UInt32(littleEndian: unsafe loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
            return UInt64(low) | UInt64(high) &<< UInt64(8 &* (count &- 4))
        }
        if count == 0 { return 0 }
        let (middle, last) = (count &>> 1, count &- 1)
        return unsafe UInt64(self[0]) | UInt64(self[middle]) &<< UInt64(8 &* middle)
            | UInt64(self[last]) &<< UInt64(8 &* last)
    }
}

extension String {
    /// Calls `body` with the UTF-8 bytes. Copies only strings that are not contiguous.
    @inline(__always)
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let result = unsafe utf8.withContiguousStorageIfAvailable { unsafe body(UnsafeRawBufferPointer($0)) }
        if let result { return result }
        var copy = self
        return copy.withUTF8 { unsafe body(UnsafeRawBufferPointer($0)) }
    }
}
