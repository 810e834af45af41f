internal import Synchronization

/// The families of one scrape, each with the series it had when the scrape began. Values are read as they are written.
struct Snapshot: Sendable {
    struct Family: Sendable {
        let definition: FamilyDefinition
        let view: FamilyStorage.View
    }

    let families: [Family]
}

/// Encodes a snapshot a buffer at a time: it stops where the buffer is full, and goes on from there.
///
/// A series is never cut in two, so every buffer ends with a whole line.
struct SnapshotEncoder: Sendable {
    private let snapshot: Snapshot
    private let format: ExpositionFormat.Kind
    private var family = 0
    private var page = 0
    private var slot = 0
    /// Whether the head of the document, and of the family, have been written.
    private var hasBegun = false
    private var hasHeader = false
    private var hasSeries = false
    private(set) var isDone = false

    init(_ snapshot: Snapshot, as format: ExpositionFormat) {
        self.snapshot = snapshot
        self.format = format.kind
    }

    /// Writes as much as fits. If nothing at all does, `out.needed` says how much memory the next item takes.
    mutating func fill(_ out: inout OutputBuffer) {
        if !hasBegun {
            if format == .json {
                guard out.hasRoom(1) else { return }
                out.append("[")
            }
            hasBegun = true
        }
        while family < snapshot.families.count {
            let current = snapshot.families[family]
            guard begin(current.definition, &out) else { return }
            while page < current.view.pages.count {
                let from = current.view.pages[page]
                let count = current.view.count(ofPage: page)
                let isPageDone =
                    switch (format, current.definition.kind) {
                    case (.json, _): encodeJSON(from, count, &out)
                    case (_, .histogram): encodeHistograms(from, count, &out)
                    case (_, .activeUsers), (_, .stateSet): encodeParts(from, count, &out)
                    case (_, _): encodeLines(from, count, &out)
                    }
                guard isPageDone else { return }
                page += 1
                slot = 0
            }
            if format == .json {
                guard out.hasRoom(2) else { return }
                out.append("]}")
            }
            family += 1
            page = 0
            hasHeader = false
            hasSeries = false
        }
        let end: StaticString =
            switch format {
            case .prometheusText: ""
            case .openMetrics: "# EOF\n"
            case .json: "]\n"
            }
        guard out.hasRoom(end.utf8CodeUnitCount) else { return }
        out.append(end)
        isDone = true
    }

    private mutating func begin(_ definition: FamilyDefinition, _ out: inout OutputBuffer) -> Bool {
        guard !hasHeader else { return true }
        let header =
            switch format {
            case .prometheusText: definition.text.header
            case .openMetrics: definition.text.openMetricsHeader
            case .json: definition.json.header
            }
        guard out.hasRoom(header.count + 1) else { return false }
        if format == .json && family > 0 { out.append(",") }
        out.append(header)
        hasHeader = true
        return true
    }

    /// The exposed slots of the next group that has any, from `slot` on, or nil at the page's end. Sets `slot` to the
    /// first of them.
    private mutating func nextExposed(_ page: SeriesPage, _ count: Int) -> UInt64? {
        while slot < count {
            let exposed = page.exposedMask(from: slot, count)
            if exposed != 0 {
                slot = (slot & ~63) + exposed.trailingZeroBitCount
                return exposed
            }
            slot = (slot | 63) + 1
        }
        return nil
    }

    /// As many of a group's slots as there is surely room for, given the most that one takes beside its text and what
    /// its text grows to; nil if not even the first fits.
    private func fitting(
        _ exposed: UInt64,
        of page: SeriesPage,
        fixed: Int,
        growth: Int,
        _ out: inout OutputBuffer
    ) -> UInt64? {
        var exposed = exposed
        while true {
            let first = exposed.trailingZeroBitCount
            let last = 63 - exposed.leadingZeroBitCount
            let text = page.textBytes((slot & ~63) + first, through: (slot & ~63) + last)
            if out.hasRoom(exposed.nonzeroBitCount * fixed + growth * text + OutputBuffer.slack) { return exposed }
            guard last > first else { return nil }
            exposed &= (2 << UInt64((first + last) / 2)) - 1
        }
    }

    /// Goes on behind the last of a group's slots.
    private mutating func skip(_ exposed: UInt64) {
        slot = (slot & ~63) + 64 - exposed.leadingZeroBitCount
    }

    // MARK: Text

    /// Samples of one word: the series' own text is all but the value.
    private mutating func encodeLines(_ page: SeriesPage, _ count: Int, _ out: inout OutputBuffer) -> Bool {
        let definition = page.definition
        let head = definition.lineHead[0]
        let hasExemplars = format == .openMetrics && !page.exemplars.isEmpty
        let isRun = definition.isRunOfWords && !hasExemplars
        while let exposed = nextExposed(page, count) {
            let fixed =
                head.length + OutputBuffer.maxDoubleBytes + 1 + (hasExemplars ? ExemplarStore.maxBytes : 0)
            let group = isRun ? exposed : 1 << UInt64(slot & 63)
            guard let fitting = fitting(group, of: page, fixed: fixed, growth: 1, &out) else { return false }
            if isRun {
                out.append(head: head, countersOf: page, slot & ~63, fitting)
            } else {
                let text = page.textRange(slot)
                unsafe out.appendWide(head.start, head.length)
                unsafe out.appendWide(page.text + text.lowerBound, text.count)
                unsafe Self.appendValue(unsafe page.words(slot), definition, &out)
                if hasExemplars, let exemplar = page.exemplar(slot, 0) { out.append(exemplar) }
                out.append(UInt8(ascii: "\n"))
            }
            skip(fitting)
        }
        return true
    }

    @inline(__always)
    private static func appendValue(
        _ words: UnsafeMutablePointer<Atomic<UInt64>>,
        _ definition: FamilyDefinition,
        _ out: inout OutputBuffer
    ) {
        let word = unsafe words.pointee.load(ordering: .relaxed)
        switch definition.kind {
        case .counter: out.append(integer: unsafe Counter.total(words, stripes: definition.stripes))
        case .floatCounter, .gauge: out.append(double: Double(bitPattern: word))
        case .info: out.append(UInt8(ascii: "1"))
        case .histogram, .activeUsers, .stateSet: break
        }
    }

    private mutating func encodeParts(_ page: SeriesPage, _ count: Int, _ out: inout OutputBuffer) -> Bool {
        let pieces = page.definition.text
        while nextExposed(page, count) != nil {
            let range = page.textRange(slot)
            guard out.hasRoom(pieces.maxBytes(labelBytes: range.count)) else { return false }
            let values = unsafe PartValues(page.definition.kind, page.words(slot))
            for (part, tail) in pieces.sampleTails.enumerated() {
                out.append(pieces.sampleHead)
                unsafe out.append(page.text + range.lowerBound, range.count)
                out.append(tail)
                out.append(integer: unsafe values[part])
                out.append(UInt8(ascii: "\n"))
            }
            slot += 1
        }
        return true
    }

    private mutating func encodeHistograms(_ page: SeriesPage, _ count: Int, _ out: inout OutputBuffer) -> Bool {
        let definition = page.definition
        let pieces = definition.text
        let hasExemplars = format == .openMetrics && !page.exemplars.isEmpty
        while nextExposed(page, count) != nil {
            let range = page.textRange(slot)
            let exemplarBytes = hasExemplars ? (definition.bounds.count + 1) * ExemplarStore.maxBytes : 0
            guard out.hasRoom(pieces.maxBytes(labelBytes: range.count) + exemplarBytes) else { return false }
            let labels = unsafe page.text + range.lowerBound
            let words = unsafe page.words(slot)
            var cumulative: UInt64 = 0
            for (bucket, tail) in pieces.sampleTails.enumerated() {
                // Each count is read once, so that the last bucket and `_count` are the same number.
                cumulative &+= unsafe words[bucket].load(ordering: .relaxed)
                out.append(pieces.sampleHead)
                unsafe out.append(labels, range.count)
                out.append(tail)
                out.append(integer: cumulative)
                if hasExemplars, let exemplar = page.exemplar(slot, bucket) { out.append(exemplar) }
                out.append(UInt8(ascii: "\n"))
            }
            out.append(pieces.sumHead)
            unsafe out.append(labels, range.count)
            out.append(pieces.labelsEnd)
            out.append(double: unsafe Histogram.sum(words, boundCount: definition.bounds.count))
            out.append(UInt8(ascii: "\n"))
            out.append(pieces.countHead)
            unsafe out.append(labels, range.count)
            out.append(pieces.labelsEnd)
            out.append(integer: cumulative)
            out.append(UInt8(ascii: "\n"))
            slot += 1
        }
        return true
    }

    // MARK: JSON

    private mutating func encodeJSON(_ page: SeriesPage, _ count: Int, _ out: inout OutputBuffer) -> Bool {
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
