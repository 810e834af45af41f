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
                    case (.prometheusText, .histogram): encodeHistograms(from, count, &out)
                    case (.prometheusText, _): encodeLines(from, count, &out)
                    case (.json, _): encodeJSON(from, count, &out)
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
        if format == .json {
            guard out.hasRoom(2) else { return }
            out.append("]\n")
        }
        isDone = true
    }

    private mutating func begin(_ definition: FamilyDefinition, _ out: inout OutputBuffer) -> Bool {
        guard !hasHeader else { return true }
        let header = format == .json ? definition.json.header : definition.text.header
        guard out.hasRoom(header.count + 1) else { return false }
        if format == .json && family > 0 { out.append(",") }
        out.append(header)
        hasHeader = true
        return true
    }

    /// The first slot that is exposed, from `slot` on. Hidden ones are passed over 64 at a time.
    @inline(__always)
    private static func nextExposed(_ slot: Int, _ page: SeriesPage, _ count: Int) -> Int {
        var slot = slot
        while slot < count {
            let hidden = page.hiddenMask(slot >> 6) &>> UInt64(slot & 63)
            if hidden & 1 == 0 { return slot }
            slot += (~hidden).trailingZeroBitCount
        }
        return slot
    }

    // MARK: Text

    /// Samples of one word: the series' own text is all but the value.
    private mutating func encodeLines(_ page: SeriesPage, _ count: Int, _ out: inout OutputBuffer) -> Bool {
        let definition = page.definition
        let head = unsafe definition.lineHead[0]
        while true {
            slot = Self.nextExposed(slot, page, count)
            guard slot < count else { return true }
            let text = page.textRange(slot)
            if definition.kind == .counter {
                // As many at a time as there is surely room for.
                var run = page.exposedRun(from: slot, count)
                let fixed = unsafe OutputBuffer.maxCounterBytes(head)
                while run > 1, !out.hasRoom(page.textBytes(slot, run) + run * fixed + OutputBuffer.slack) { run /= 2 }
                if run > 1 {
                    unsafe out.append(head: head, countersOf: page, slot, run)
                    slot += run
                    continue
                }
            }
            guard out.hasRoom(head.count + text.count + OutputBuffer.slack + OutputBuffer.maxDoubleBytes + 1) else {
                return false
            }
            unsafe out.appendWide(head)
            unsafe out.appendWide(page.text + text.lowerBound, text.count)
            unsafe Self.appendValue(unsafe page.words(slot), definition.kind, &out)
            out.append(UInt8(ascii: "\n"))
            slot += 1
        }
    }

    @inline(__always)
    private static func appendValue(
        _ words: UnsafeMutablePointer<Atomic<UInt64>>,
        _ kind: MetricKind,
        _ out: inout OutputBuffer
    ) {
        let word = unsafe words.pointee.load(ordering: .relaxed)
        switch kind {
        case .counter: out.append(integer: Counter.total(word))
        case .floatCounter: out.append(double: min(Double(bitPattern: word), .greatestFiniteMagnitude))
        case .gauge: out.append(double: Double(bitPattern: word))
        case .info: out.append(UInt8(ascii: "1"))
        case .histogram: break
        }
    }

    private mutating func encodeHistograms(_ page: SeriesPage, _ count: Int, _ out: inout OutputBuffer) -> Bool {
        let definition = page.definition
        let pieces = definition.text
        while true {
            slot = Self.nextExposed(slot, page, count)
            guard slot < count else { return true }
            let range = page.textRange(slot)
            guard out.hasRoom(pieces.maxHistogramBytes(labelBytes: range.count)) else { return false }
            let labels = unsafe page.text + range.lowerBound
            let words = unsafe page.words(slot)
            var cumulative: UInt64 = 0
            for (bucket, tail) in pieces.bucketTails.enumerated() {
                // Each count is read once, so that the last bucket and `_count` are the same number.
                cumulative &+= unsafe words[bucket].load(ordering: .relaxed)
                out.append(pieces.bucketHead)
                unsafe out.append(labels, range.count)
                out.append(tail)
                out.append(integer: cumulative)
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
    }

    // MARK: JSON

    private mutating func encodeJSON(_ page: SeriesPage, _ count: Int, _ out: inout OutputBuffer) -> Bool {
        let definition = page.definition
        let pieces = definition.json
        while true {
            slot = Self.nextExposed(slot, page, count)
            guard slot < count else { return true }
            // A control character takes six bytes.
            var run = definition.kind == .counter ? page.exposedRun(from: slot, count) : 1
            while !out.hasRoom(6 * page.textBytes(slot, run) + run * pieces.maxFixedBytes) {
                guard run > 1 else { return false }
                run /= 2
            }
            if definition.kind == .counter {
                out.append(jsonCountersOf: page, slot, run, afterAnother: hasSeries)
                hasSeries = true
                slot += run
                continue
            }
            out.append(jsonLabelsOf: page, slot, afterAnother: hasSeries)
            hasSeries = true
            let words = unsafe page.words(slot)
            if definition.kind == .histogram {
                var cumulative: UInt64 = 0
                for (bucket, head) in pieces.bucketHeads.enumerated() {
                    cumulative &+= unsafe words[bucket].load(ordering: .relaxed)
                    out.append(head)
                    out.append(integer: cumulative)
                }
                out.append("\"},\"count\":\"")
                out.append(integer: cumulative)
                out.append("\",\"sum\":\"")
                out.append(double: unsafe Histogram.sum(words, boundCount: definition.bounds.count))
            } else {
                unsafe Self.appendValue(unsafe words, definition.kind, &out)
            }
            out.append(UInt8(ascii: "\""))
            out.append(UInt8(ascii: "}"))
            slot &+= 1
        }
    }
}
