internal import Synchronization

// What a scrape of a large registry spends its time in: nothing but copies and digits, with the place to write at in a
// register. The only code that writes without asking for room each time; its callers have asked for all of it.

extension OutputBuffer {
    /// The most that one line of ``append(head:countersOf:_:_:)`` takes beside its labels' text.
    static func maxCounterBytes(_ head: UnsafeBufferPointer<UInt8>) -> Int { head.count + maxIntegerBytes + 1 }

    /// Appends the lines of a run of exposed counters. There must be room for all of them, and for ``slack``.
    mutating func append(head: UnsafeBufferPointer<UInt8>, countersOf page: SeriesPage, _ slot: Int, _ run: Int) {
        guard let start = head.baseAddress else { return }
        let words = unsafe page.words(slot)
        let ends = unsafe page.ends + slot
        var text = unsafe page.text + page.textStart(slot)
        var place = unsafe base + count
        for index in 0..<run {
            let next = unsafe page.text + Int(ends[index])
            unsafe Self.copyWide(start, head.count, to: place)
            unsafe place += head.count
            unsafe Self.copyWide(text, next - text, to: place)
            unsafe place += next - text
            let total = unsafe Counter.total(words[index].load(ordering: .relaxed))
            unsafe place = Self.write(total, at: place)
            unsafe place.pointee = UInt8(ascii: "\n")
            unsafe place += 1
            unsafe text = next
        }
        count = unsafe place - base
        assert(count <= capacity)
    }

    /// Appends the JSON of a run of exposed counters. There must be room for six times their labels' text, and for each
    /// what ``JSONPieces/maxFixedBytes`` says.
    mutating func append(jsonCountersOf page: SeriesPage, _ slot: Int, _ run: Int, afterAnother: Bool) {
        let words = unsafe page.words(slot)
        var place = unsafe base + count
        for index in 0..<run {
            unsafe place = Self.writeJSONLabels(page, slot + index, afterAnother: afterAnother || index > 0, at: place)
            let total = unsafe Counter.total(words[index].load(ordering: .relaxed))
            unsafe place = Self.write(total, at: place)
            unsafe place[0] = UInt8(ascii: "\"")
            unsafe place[1] = UInt8(ascii: "}")
            unsafe place += 2
        }
        count = unsafe place - base
        assert(count <= capacity)
    }

    /// Appends all of a series' JSON that stands before its value, or before its buckets.
    mutating func append(jsonLabelsOf page: SeriesPage, _ slot: Int, afterAnother: Bool) {
        let end = unsafe Self.writeJSONLabels(page, slot, afterAnother: afterAnother, at: base + count)
        count = unsafe end - base
        assert(count <= capacity)
    }

    @inline(__always)
    private static func writeJSONLabels(
        _ page: SeriesPage,
        _ slot: Int,
        afterAnother: Bool,
        at place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let heads = page.definition.json.heads
        let names = page.definition.fragments
        var text = unsafe UnsafePointer(page.text) + page.textStart(slot)
        // Without its comma, the first begins one byte further on.
        var from = afterAnother ? 0 : 1
        var place = unsafe place
        for index in 0..<names.count {
            // Past the label's name, and past the quote that ended the value before it.
            unsafe text += names.length(index)
            unsafe place = copyWide(heads.start(index) + from, heads.length(index) - from, movingOn: place)
            unsafe (place, text) = writeJSON(escaped: text, at: place)
            from = 0
        }
        return unsafe copyWide(heads.start(names.count) + from, heads.length(names.count) - from, movingOn: place)
    }

    @inline(__always)
    private static func copyWide(
        _ source: UnsafePointer<UInt8>,
        _ length: Int,
        movingOn place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        unsafe copyWide(source, length, to: place)
        return unsafe place + length
    }

    /// Writes a label's value up to the quote that ends it, as the content of a JSON string. Returns where that ends, and
    /// where the quote is.
    ///
    /// The text format's escapes are JSON's own; only control characters are left to do.
    @inline(__always)
    private static func writeJSON(
        escaped source: UnsafePointer<UInt8>,
        at place: UnsafeMutablePointer<UInt8>
    ) -> (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>) {
        var source = unsafe source
        var place = unsafe place
        while true {
            // Eight at a time, up to the first that is a quote, a backslash or a control character.
            let word = unsafe UnsafeRawPointer(source).loadUnaligned(as: UInt64.self)
            unsafe UnsafeMutableRawPointer(place).storeBytes(of: word, as: UInt64.self)
            let quotes = word ^ (0x22 &* ones)
            let backslashes = word ^ (0x5C &* ones)
            // The classic test for a zero byte, and for one below 32; the first one that it marks is right.
            let marks =
                ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
                | ((word &- (0x20 &* ones)) & ~word)
            let special = marks & (0x80 &* ones)
            let plain = special == 0 ? 8 : special.trailingZeroBitCount / 8
            unsafe source += plain
            unsafe place += plain
            if special == 0 { continue }
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
        let escape = JSONPieces.controlCharacter(byte)
        for (index, byte) in escape.enumerated() { unsafe place[index] = byte }
        return unsafe (place + escape.count, source + 1)
    }

    /// A byte times this is a word of it.
    @inline(__always)
    private static var ones: UInt64 { 0x0101_0101_0101_0101 }
}
