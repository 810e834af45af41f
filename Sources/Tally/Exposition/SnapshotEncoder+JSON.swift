internal import Synchronization

extension SnapshotEncoder {
    mutating func encodeJSON(_ page: SeriesPage, _ count: Int, _ out: inout OutputBuffer) -> Bool {
        let definition = page.definition
        let pieces = definition.json
        while let exposed = nextExposed(page, count) {
            let isRun = definition.isRunOfWords
            let group = isRun ? exposed : 1 << UInt64(slot & 63)
            // A control character takes six bytes; a series of many samples writes the labels for each.
            let growth = 6 * max(1, pieces.partTails.count)
            guard let fitting = fitting(group, of: page, fixed: pieces.maxFixedBytes, growth: growth, &out) else {
                return false
            }
            guard pieces.partTails.isEmpty else {
                appendJSONParts(page, &out)
                skip(fitting)
                continue
            }
            out.append(jsonOf: page, slot & ~63, fitting, afterAnother: hasSeries, withCounters: isRun)
            hasSeries = true
            if !isRun { unsafe appendJSONValues(unsafe page.words(slot), definition, &out) }
            skip(fitting)
        }
        return true
    }

    private mutating func appendJSONParts(_ page: SeriesPage, _ out: inout OutputBuffer) {
        let values = unsafe PartValues(page.definition.kind, page.words(slot))
        for (part, tail) in page.definition.json.partTails.enumerated() {
            out.append(jsonOf: page, slot & ~63, 1 << UInt64(slot & 63), afterAnother: hasSeries, withCounters: false)
            hasSeries = true
            out.append(tail)
            out.append(integer: unsafe values[part])
            out.append("\"}")
        }
    }

    private func appendJSONValues(
        _ words: UnsafeMutablePointer<Atomic<UInt64>>,
        _ definition: FamilyDefinition,
        _ out: inout OutputBuffer
    ) {
        if definition.kind == .histogram {
            var cumulative: UInt64 = 0
            for (bucket, head) in definition.json.bucketHeads.enumerated() {
                cumulative &+= unsafe words[bucket].load(ordering: .relaxed)
                out.append(head)
                out.append(integer: cumulative)
            }
            out.append("\"},\"count\":\"")
            out.append(integer: cumulative)
            out.append("\",\"sum\":\"")
            out.append(double: unsafe Histogram.sum(words, boundCount: definition.bounds.count))
        } else {
            unsafe Self.appendValue(unsafe words, definition, &out)
        }
        out.append("\"}")
    }
}
