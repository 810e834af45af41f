internal import Synchronization

// The inner loops of a large scrape: only copies and digits, with the write position in a register. Only this code
// writes without checking for room each time, because its callers have checked. Properties of classes are read before
// the loops: inside, stores through byte pointers would force the compiler to reload them for each series.

extension OutputBuffer {
    /// Appends the lines of counters. There must be room for their text, for the head, ``maxIntegerBytes`` and one byte
    /// for each, and for ``slack``.
    ///
    /// - Parameters:
    ///   - group: The first slot of a group of 64.
    ///   - exposed: The bits of the slots to write, at least one.
    mutating func append(head: LabelFragments.Piece, countersOf page: SeriesPage, _ group: Int, _ exposed: UInt64) {
        let ends = unsafe page.ends + group
        let texts = unsafe page.text
        let groupStart = page.textStart(group)
        var place = unsafe base + count
        unsafe Self.forEachRun(of: page, group, exposed) { words, first, length in
            let start = unsafe first == 0 ? groupStart : Int(ends[first &- 1])
            unsafe place = Self.writeLines(head, texts + start, start, ends + first, words, length, at: place)
        }
        count = unsafe place - base
        assert(count <= capacity)
    }

    /// Calls `body` for each run of adjacent exposed slots whose words are contiguous: with the words, the first slot's
    /// place in the group, and the number of slots. Their texts are contiguous too.
    @inline(__always)
    static func forEachRun(
        of page: SeriesPage,
        _ group: Int,
        _ exposed: UInt64,
        _ body: (_ words: UnsafePointer<Atomic<UInt64>>, _ first: Int, _ length: Int) -> Void
    ) {
        let blocks = unsafe page.blockWords
        let shift = page.blockShift
        let blockMask = (1 &<< shift) &- 1
        var rest = exposed
        while rest != 0 {
            let first = rest.trailingZeroBitCount
            let length = (~(rest &>> UInt64(first))).trailingZeroBitCount
            let runEnd = min(first &+ length, 64)
            let words = unsafe blocks[(group &+ first) &>> shift] + (first & blockMask)
            // Blocks often lie side by side. They are then written as one.
            var end = min(runEnd, (first | blockMask) &+ 1)
            while end < runEnd, unsafe blocks[(group &+ end) &>> shift] == words + (end &- first) {
                end = min(runEnd, end &+ blockMask &+ 1)
            }
            unsafe body(words, first, end &- first)
            rest = end == 64 ? 0 : rest & (.max &<< UInt64(end))
        }
    }

    /// Writes adjacent slots of one block. Out of line, so that the compiler has all registers for the loop.
    @inline(never)
    private static func writeLines(
        _ head: LabelFragments.Piece,
        _ text: UnsafePointer<UInt8>,
        _ textStart: Int,
        _ ends: UnsafePointer<UInt32>,
        _ words: UnsafePointer<Atomic<UInt64>>,
        _ count: Int,
        at place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var place = unsafe place
        var text = unsafe text
        var start = textStart
        for index in 0..<count {
            let end = unsafe Int(ends[index])
            let length = end &- start
            unsafe place = writeLine(head, text, length, words + index, at: place)
            unsafe text += length
            start = end
        }
        return unsafe place
    }

    @inline(__always)
    private static func writeLine(
        _ head: LabelFragments.Piece,
        _ text: UnsafePointer<UInt8>,
        _ length: Int,
        _ word: UnsafePointer<Atomic<UInt64>>,
        at place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var place = unsafe place
        unsafe copyWide(head.start, head.length, to: place)
        unsafe place += head.length
        unsafe copyWide(text, length, to: place)
        unsafe place += length
        unsafe place = write(Total.clamped(word.pointee.load(ordering: .relaxed)), at: place)
        unsafe place.pointee = UInt8(ascii: "\n")
        return unsafe place + 1
    }

    /// Appends the values of a series' own labels, each after a piece of `heads` instead of the stored label name.
    /// There must be room for both, and for ``slack``.
    ///
    /// - Parameter isJSON: True to escape control characters, the only ones that JSON escapes and text does not.
    @inline(__always)
    mutating func append(
        labelsOf page: SeriesPage,
        _ slot: Int,
        _ names: LabelFragments,
        as heads: LabelFragments,
        isJSON: Bool = false
    ) {
        let text = unsafe page.text + page.textStart(slot)
        var start = 0
        for index in 0..<names.count {
            append(heads[index])
            start += names[index].length
            let end = page.valueEnd(slot, index)
            if isJSON {
                for position in start..<end {
                    let byte = unsafe text[position]
                    if byte < 0x20 { append(JSONText.controlCharacter(byte)) } else { append(byte) }
                }
            } else {
                unsafe appendWide(text + start, end - start)
            }
            start = end
        }
    }

    /// Appends a fragment. There must be room for it and for ``slack``.
    @inline(__always)
    mutating func append(_ fragment: LabelFragments.Piece) {
        unsafe appendWide(fragment.start, fragment.length)
    }

    /// Appends a number as every format writes it. An absent value has no text.
    @inline(__always)
    mutating func append(_ value: SampleValue) {
        switch value {
        case .integer(let total): append(integer: total)
        case .number(let number): append(double: number)
        case .absent: break
        }
    }
}
