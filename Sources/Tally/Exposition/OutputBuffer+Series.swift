internal import Synchronization

// What a scrape of a large registry spends its time in: nothing but copies and digits, with the place to write at in a
// register. The only code that writes without asking for room each time; its callers have asked for all of it.
//
// Addresses are read from classes before the loops: a store through a byte pointer might change anything, as far as the
// compiler knows, so that it would read them anew for each series.

extension OutputBuffer {
    /// Appends the lines of counters. There must be room for their text, for the head and ``maxIntegerBytes`` and one
    /// byte each, and for ``slack``.
    ///
    /// - Parameters:
    ///   - group: The first slot of a group of 64.
    ///   - exposed: Which of the group's slots; not none.
    mutating func append(head: LabelFragments.Piece, countersOf page: SeriesPage, _ group: Int, _ exposed: UInt64) {
        let blocks = unsafe page.blockWords
        let shift = page.blockShift
        let blockMask = (1 &<< shift) &- 1
        let ends = unsafe page.ends + group
        let texts = unsafe page.text
        let groupStart = page.textStart(group)
        var place = unsafe base + count
        var rest = exposed
        while rest != 0 {
            // A run of neighbours: where one's text ends, the next one's begins.
            let first = rest.trailingZeroBitCount
            let length = (~(rest &>> UInt64(first))).trailingZeroBitCount
            let runEnd = min(first &+ length, 64)
            let start = unsafe first == 0 ? groupStart : Int(ends[first &- 1])
            let words = unsafe blocks[(group &+ first) &>> shift] + (first & blockMask)
            // Blocks often lie side by side, and then are one.
            var end = min(runEnd, (first | blockMask) &+ 1)
            while end < runEnd, unsafe blocks[(group &+ end) &>> shift] == words + (end &- first) {
                end = min(runEnd, end &+ blockMask &+ 1)
            }
            unsafe place = Self.writeLines(head, texts + start, start, ends + first, words, end &- first, at: place)
            rest = end == 64 ? 0 : rest & (.max &<< UInt64(end))
        }
        count = unsafe place - base
        assert(count <= capacity)
    }

    /// Neighbours in one block. Out of line, so that the compiler has all registers for the loop.
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
        unsafe place = write(Counter.total(word.pointee.load(ordering: .relaxed)), at: place)
        unsafe place.pointee = UInt8(ascii: "\n")
        return unsafe place + 1
    }

    /// Appends a series' own labels under other names, and what stands between them and the value. There must be room for
    /// both names and all values.
    mutating func append(labelsOf page: SeriesPage, _ slot: Int, as definition: FamilyDefinition) {
        let names = page.definition.fragments
        let labels = unsafe page.labels(slot)
        var start = 0
        for index in 0..<names.count {
            let name = definition.fragments[index]
            unsafe append(name.start, name.length)
            start += names.length(index)
            let end = page.valueEnd(slot, index)
            if let text = labels.baseAddress { unsafe append(text + start, end - start) }
            start = end
        }
        if names.count > 0 { append(UInt8(ascii: "\"")) }
        append(definition.lineEnd)
    }

    /// Appends the JSON of series, each up to its value, or with it where they are counters. There must be room for six
    /// times their labels' text, for each what ``JSONPieces/maxFixedBytes`` says, and for ``slack``.
    mutating func append(
        jsonOf page: SeriesPage,
        _ group: Int,
        _ exposed: UInt64,
        afterAnother: Bool,
        withCounters: Bool
    ) {
        let heads = unsafe JSONHeads(page.definition)
        let blocks = unsafe page.blockWords
        let shift = page.blockShift
        let blockMask = (1 &<< shift) &- 1
        let ends = unsafe page.ends + group
        let texts = unsafe page.text
        let groupStart = page.textStart(group)
        let innerValues = page.innerValues
        let valueEnds = unsafe page.valueEnds + group * innerValues
        let endCount = page.definition.lineEnd.count
        let isPlain = !page.hasControls.load(ordering: .relaxed)
        var exposed = exposed
        var place = unsafe base + count
        // Without its comma, the first head begins one byte further on.
        var skipped = afterAnother ? 0 : 1
        while exposed != 0 {
            let index = exposed.trailingZeroBitCount
            exposed &= exposed &- 1
            let start = unsafe index == 0 ? groupStart : Int(ends[index &- 1])
            if isPlain {
                let length = unsafe Int(ends[index]) &- start &- endCount
                let inner = unsafe valueEnds + index &* innerValues
                unsafe place = heads.write(plain: texts + start, length, inner, skipping: skipped, at: place)
            } else {
                unsafe place = heads.write(labels: texts + start, skipping: skipped, at: place)
            }
            skipped = 0
            guard withCounters else { continue }
            let words = unsafe blocks[(group &+ index) &>> shift]
            let total = unsafe Counter.total(words[index & blockMask].load(ordering: .relaxed))
            unsafe place = Self.write(total, at: place)
            unsafe place[0] = UInt8(ascii: "\"")
            unsafe place[1] = UInt8(ascii: "}")
            unsafe place += 2
        }
        count = unsafe place - base
        assert(count <= capacity)
    }
}

/// What stands around the label values of a family's JSON, by addresses.
@unsafe
private struct JSONHeads {
    private let bytes: UnsafePointer<UInt8>
    private let ends: UnsafePointer<Int>
    /// How long each label's name is in the text, with what is around it.
    private let nameEnds: UnsafePointer<Int>
    private let labelCount: Int

    init(_ definition: FamilyDefinition) {
        unsafe bytes = definition.json.heads.bytes.pointer
        unsafe ends = definition.json.heads.ends.pointer
        unsafe nameEnds = definition.fragments.ends.pointer
        unsafe labelCount = definition.fragments.count
    }

    /// Writes all of a series that stands before its value, or before its buckets.
    @inline(__always)
    func write(
        labels: UnsafePointer<UInt8>,
        skipping skipped: Int,
        at place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var text = unsafe labels
        var place = unsafe place
        var head = skipped
        var name = 0
        for index in unsafe 0..<labelCount {
            // Past the label's name, and past the quote that ended the value before it.
            let nameEnd = unsafe nameEnds[index]
            unsafe text += nameEnd &- name
            name = nameEnd
            let end = unsafe ends[index]
            unsafe OutputBuffer.copyWide(bytes + head, end &- head, to: place)
            unsafe place += end &- head
            head = end
            unsafe (place, text) = Self.write(escaped: text, at: place)
        }
        let end = unsafe ends[labelCount]
        unsafe OutputBuffer.copyWide(bytes + head, end &- head, to: place)
        return unsafe place + (end &- head)
    }

    /// The same of labels without control characters, whose text is JSON already, by where their values end.
    @inline(__always)
    func write(
        plain labels: UnsafePointer<UInt8>,
        _ length: Int,
        _ valueEnds: UnsafePointer<UInt32>,
        skipping skipped: Int,
        at place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var place = unsafe place
        var head = skipped
        var value = 0
        var name = 0
        for index in unsafe 0..<labelCount {
            let end = unsafe ends[index]
            unsafe OutputBuffer.copyWide(bytes + head, end &- head, to: place)
            unsafe place += end &- head
            head = end
            let nameEnd = unsafe nameEnds[index]
            value &+= nameEnd &- name
            name = nameEnd
            // The last value ends before the quote that ends the labels.
            let valueEnd = unsafe index &+ 1 == labelCount ? length &- 1 : Int(valueEnds[index])
            unsafe OutputBuffer.copyWide(labels + value, valueEnd &- value, to: place)
            unsafe place += valueEnd &- value
            value = valueEnd
        }
        let end = unsafe ends[labelCount]
        unsafe OutputBuffer.copyWide(bytes + head, end &- head, to: place)
        return unsafe place + (end &- head)
    }

    /// Writes a label's value up to the quote that ends it, as the content of a JSON string. Returns where that ends, and
    /// where the quote is.
    ///
    /// The text format's escapes are JSON's own; only control characters are left to do.
    @inline(__always)
    private static func write(
        escaped source: UnsafePointer<UInt8>,
        at place: UnsafeMutablePointer<UInt8>
    ) -> (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>) {
        var source = unsafe source
        var place = unsafe place
        while true {
            let word = unsafe UnsafeRawPointer(source).loadUnaligned(as: UInt64.self)
            unsafe UnsafeMutableRawPointer(place).storeBytes(of: word, as: UInt64.self)
            guard let plain = ByteWord.firstByteOrControl(in: word, among: "\"", "\\") else {
                unsafe source += 8
                unsafe place += 8
                continue
            }
            unsafe source += plain
            unsafe place += plain
            if unsafe source.pointee == UInt8(ascii: "\"") { return unsafe (place, source) }
            unsafe (place, source) = writeSpecial(source, at: place)
        }
    }

    /// Writes an escape, which is two bytes in both, or a control character.
    @inline(never)
    private static func writeSpecial(
        _ source: UnsafePointer<UInt8>,
        at place: UnsafeMutablePointer<UInt8>
    ) -> (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>) {
        let byte = unsafe source.pointee
        guard byte != UInt8(ascii: "\\") else {
            unsafe place[0] = byte
            unsafe place[1] = source[1]
            return unsafe (place + 2, source + 2)
        }
        let escape = JSONText.controlCharacter(byte)
        for (index, byte) in escape.enumerated() { unsafe place[index] = byte }
        return unsafe (place + escape.count, source + 1)
    }
}
