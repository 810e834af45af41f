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

    /// The next slot that is exposed, at or after `slot`. Hidden ones are passed over 64 at a time.
    private mutating func skipHidden(_ page: SeriesPage, _ count: Int) {
        while slot < count {
            let hidden = page.hiddenMask(slot >> 6) >> UInt64(slot & 63)
            if hidden & 1 == 0 { return }
            slot += (~hidden).trailingZeroBitCount
        }
    }

    // MARK: Text

    /// Samples of one word: the series' own text is all but the value.
    private mutating func encodeLines(_ page: SeriesPage, _ count: Int, _ out: inout OutputBuffer) -> Bool {
        let kind = page.definition.kind
        while true {
            skipHidden(page, count)
            guard slot < count else { return true }
            let text = page.textRange(slot)
            guard out.hasRoom(text.count + OutputBuffer.maxDoubleBytes + 1) else { return false }
            unsafe out.append(page.text + text.lowerBound, text.count)
            unsafe Self.appendValue(unsafe page.words(slot), kind, &out)
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
        case .counter: out.append(integer: min(word, UInt64(Int64.max)))
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
            skipHidden(page, count)
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
        let labelHeads = pieces.labelHeads.reduce(0) { $0 + $1.count }
        let values =
            pieces.bucketHeads.reduce(0) { $0 + $1.count + OutputBuffer.maxIntegerBytes }
            + 2 * OutputBuffer.maxDoubleBytes + 64
        while true {
            skipHidden(page, count)
            guard slot < count else { return true }
            let labels = unsafe page.labels(slot)
            // A control character takes six bytes.
            let most = 1 + pieces.seriesHead.count + labelHeads + 6 * labels.count + pieces.labelsEnd.count + values
            guard out.hasRoom(most) else { return false }
            if hasSeries { out.append(",") }
            hasSeries = true
            out.append(pieces.seriesHead)
            unsafe Self.appendJSONLabels(labels, definition, &out)
            out.append(pieces.labelsEnd)
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
                out.append("\"value\":\"")
                unsafe Self.appendValue(unsafe words, definition.kind, &out)
            }
            out.append("\"}")
            slot += 1
        }
    }

    /// The text format's escapes are JSON's own; only control characters are left to do.
    private static func appendJSONLabels(
        _ labels: UnsafeBufferPointer<UInt8>,
        _ definition: FamilyDefinition,
        _ out: inout OutputBuffer
    ) {
        var position = 0
        for (index, head) in definition.json.labelHeads.enumerated() {
            position += unsafe definition.fragments[index].count - (index == 0 ? 0 : 1)
            out.append(head)
            while position < labels.count {
                let byte = unsafe labels[position]
                position += 1
                if byte == UInt8(ascii: "\"") { break }
                if byte < 0x20 {
                    out.append(JSONPieces.controlCharacter(byte))
                    continue
                }
                out.append(byte)
                if byte == UInt8(ascii: "\\"), position < labels.count {
                    out.append(unsafe labels[position])
                    position += 1
                }
            }
            out.append("\"")
        }
    }
}
