/// Pieces of text in one buffer, with `OutputBuffer.slack` bytes after them for wide copies.
struct LabelFragments: Sendable {
    let bytes: FixedBuffer<UInt8>
    let ends: FixedBuffer<Int>

    init(_ fragments: [[UInt8]]) {
        var ends: [Int] = []
        for fragment in fragments { ends.append((ends.last ?? 0) + fragment.count) }
        bytes = FixedBuffer(fragments.flatMap { $0 }, padding: OutputBuffer.slack, of: 0)
        self.ends = FixedBuffer(ends, padding: 0, of: 0)
    }

    var count: Int { ends.count }

    var totalLength: Int { count == 0 ? 0 : unsafe ends.pointer[count - 1] }

    /// The address and length of a fragment. Valid while the fragments are retained.
    @safe
    struct Piece {
        let start: UnsafePointer<UInt8>
        let length: Int
    }

    @inline(__always)
    subscript(index: Int) -> Piece {
        assert(index >= 0 && index < count)
        let start = unsafe index == 0 ? 0 : ends.pointer[index &- 1]
        return unsafe Piece(start: bytes.pointer + start, length: ends.pointer[index] &- start)
    }
}
