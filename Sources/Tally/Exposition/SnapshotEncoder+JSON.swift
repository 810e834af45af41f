internal import Synchronization

extension SnapshotEncoder {
    mutating func encodeJSON(_ page: SeriesPage, _ count: Int, _ out: inout OutputBuffer) -> Bool {
        let pieces = page.definition.json
        let reading = page.definition.layout.values
        let isPlain = !page.hasControls.load(ordering: .relaxed)
        // A control character takes six bytes.
        let growth = (isPlain ? 1 : 6) * pieces.objectCount
        let names = page.definition.fragments
        while nextExposed(page, count) != nil {
            let bytes = pieces.maxFixedBytes + growth * page.textRange(slot).count + OutputBuffer.slack
            guard out.hasRoom(bytes) else { return false }
            let first = read(reading, page)
            for index in 0..<pieces.members.count {
                if index == 0 || !pieces.isOneObject {
                    if hasSeries { out.append(UInt8(ascii: ",")) }
                    hasSeries = true
                    out.append(jsonLabelsOf: page, slot, names, pieces.heads, isPlain: isPlain)
                }
                out.append(pieces.members[index])
                out.append(pieces.members.count == 1 ? first : unsafe values[pieces.samples.pointer[index]])
                out.append(UInt8(ascii: "\""))
                if index == pieces.members.count - 1 || !pieces.isOneObject { out.append(UInt8(ascii: "}")) }
            }
            slot += 1
        }
        return true
    }
}

extension OutputBuffer {
    /// Appends a fragment. There must be room for it and for ``slack``.
    @inline(__always)
    fileprivate mutating func append(_ fragment: LabelFragments.Piece) {
        unsafe appendWide(fragment.start, fragment.length)
    }

    /// Appends a series' labels as JSON, with what stands around them. There must be room for that and for ``slack``.
    ///
    /// The text format's escapes are JSON's own. Only control characters need another one.
    @inline(__always)
    fileprivate mutating func append(
        jsonLabelsOf page: SeriesPage,
        _ slot: Int,
        _ names: LabelFragments,
        _ heads: LabelFragments,
        isPlain: Bool
    ) {
        let text = unsafe page.text + page.textStart(slot)
        var start = 0
        for index in 0..<names.count {
            append(heads[index])
            start += names[index].length
            let end = page.valueEnd(slot, index)
            if isPlain {
                unsafe appendWide(text + start, end - start)
            } else {
                for position in start..<end {
                    let byte = unsafe text[position]
                    if byte < 0x20 { append(JSONText.controlCharacter(byte)) } else { append(byte) }
                }
            }
            start = end
        }
        append(heads[names.count])
    }
}
