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
                    out.append(labelsOf: page, slot, names, as: pieces.heads, isJSON: !isPlain)
                    out.append(pieces.heads[names.count])
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
