/// Encodes a snapshot one buffer at a time: it stops when the buffer is full, and continues there in the next one.
///
/// A series is never split, so every buffer ends with a whole line.
struct SnapshotEncoder: Sendable {
    let snapshot: Snapshot
    private let format: ExpositionFormat.Kind
    private let escaping: NameEscaping
    /// The family's definition with escaped names, if they differ.
    private(set) var escaped: FamilyDefinition?
    var family = 0
    var page = 0
    var slot = 0
    /// The current page, with its exposed slots.
    var shown = PageEntry(generation: 0)
    /// True if the document's first bytes have been written.
    private var hasBegun = false
    /// True if the current family's header has been written.
    private var hasHeader = false
    var hasSeries = false
    var isDone = false
    /// The position in a protobuf document.
    var messages = MessagePosition()
    /// The values of the current series, if a closure reads them.
    private(set) var values: [SampleValue] = []

    init(_ snapshot: Snapshot, as format: ExpositionFormat) {
        self.snapshot = snapshot
        self.format = format.kind
        escaping = format.escaping
    }

    /// Writes as much as fits. If not even the next item fits, `out.needed` is its size.
    mutating func fill(_ out: inout OutputBuffer) {
        if format == .protobuf { return fillMessages(&out) }
        if !hasBegun {
            if format == .json {
                guard out.hasRoom(1) else { return }
                out.append("[")
            }
            hasBegun = true
        }
        while family < snapshot.families.count {
            let current = snapshot.families[family]
            guard begin(current, &out) else { return }
            let isLine = current.definition.layout.isLine
            while page < current.view.pages.count {
                shown = current.view.pages[page]
                // The pages of a view exist, because each exposes something.
                guard let from = shown.page else { return }
                let count = Int(shown.count)
                let isPageDone =
                    format == .json
                    ? encodeJSON(from, count, &out)
                    : isLine ? encodeLines(from, count, &out) : encodeSamples(from, count, &out)
                guard isPageDone else { return }
                page += 1
                slot = 0
            }
            let isContinued = family + 1 < snapshot.families.count && snapshot.families[family + 1].continuesPrevious
            if format == .json, !isContinued {
                guard out.hasRoom(2) else { return }
                out.append("]}")
            }
            family += 1
            page = 0
            hasHeader = false
            if !isContinued { hasSeries = false }
        }
        let end: StaticString =
            switch format {
            case .prometheusText, .prometheusText1: ""
            case .openMetrics: "# EOF\n"
            case .json: "]\n"
            case .protobuf: ""
            }
        guard out.hasRoom(end.utf8CodeUnitCount) else { return }
        out.append(end)
        isDone = true
    }

    private mutating func begin(_ family: Snapshot.Family, _ out: inout OutputBuffer) -> Bool {
        guard !hasHeader else { return true }
        let definition = family.definition
        prepare(definition)
        guard !family.continuesPrevious else {
            hasHeader = true
            return true
        }
        let text = (escaped ?? definition).text
        let header: [UInt8] =
            switch format {
            case .prometheusText, .prometheusText1: text.header
            case .openMetrics: text.openMetricsHeader
            case .json: definition.json.header
            case .protobuf: []
            }
        guard out.hasRoom(header.count + 1) else { return false }
        if format == .json && self.family > 0 { out.append(",") }
        out.append(header)
        hasHeader = true
        return true
    }

    /// Sets what depends on the family's definition only.
    mutating func prepare(_ definition: FamilyDefinition) {
        escaped = definition.escaped(by: escaping)
        let count = definition.layout.samples.count
        if values.count != count { values = Array(repeating: .absent, count: count) }
    }

    /// Moves `slot` to the next exposed one, and returns the exposed slots of its group from there, or nil at the end.
    mutating func nextExposed(_ page: SeriesPage, _ count: Int) -> UInt64? {
        while slot < count {
            let exposed = shown.exposed(from: slot)
            if exposed != 0 {
                slot = (slot & ~63) + exposed.trailingZeroBitCount
                return exposed
            }
            slot = (slot | 63) + 1
        }
        return nil
    }

    /// Returns as many of a group's slots as are sure to fit, or nil if even the first may not. A slot takes at most
    /// `fixed` bytes plus `growth` times its text.
    func fitting(
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

    /// Continues after the last of a group's slots.
    mutating func skip(_ exposed: UInt64) { slot = (slot & ~63) + 64 - exposed.leadingZeroBitCount }

    // MARK: Text

    /// Encodes series of one line: a head, the series' own text, and the value.
    private mutating func encodeLines(_ page: SeriesPage, _ count: Int, _ out: inout OutputBuffer) -> Bool {
        let definition = escaped ?? page.definition
        let head = definition.lineHead[0]
        let hasExemplars = format == .openMetrics && page.hasExemplars(count)
        let hasCreated = format == .openMetrics && definition.hasCreatedSamples
        let created = definition.text.createdHead
        let reading = definition.layout.values
        let isRun = definition.layout.isRunOfWords && !hasExemplars && !hasCreated && escaped == nil
        let growth = hasCreated ? 2 : 1
        while let exposed = nextExposed(page, count) {
            let line = escapedBytes + OutputBuffer.maxDoubleBytes + 1
            let fixed =
                head.length + (hasCreated ? created.count : 0) + growth * line
                + (hasExemplars ? ExemplarStore.maxBytes : 0)
            let group = isRun ? exposed : 1 << UInt64(slot & 63)
            guard let fitting = fitting(group, of: page, fixed: fixed, growth: growth, &out) else { return false }
            if isRun {
                out.append(head: head, countersOf: page, slot & ~63, fitting)
            } else {
                unsafe out.appendWide(head.start, head.length)
                appendLabels(page, &out)
                out.append(read(reading, page))
                if hasExemplars, let exemplar = page.exemplar(slot, 0) { out.append(exemplar.text) }
                out.append(UInt8(ascii: "\n"))
                if hasCreated { appendCreated(page, created, [], &out) }
            }
            skip(fitting)
        }
        return true
    }

    /// The maximum number of bytes that escaped names add to a series' labels.
    private var escapedBytes: Int { escaped.map { $0.fragments.totalLength + $0.lineEnd.count } ?? 0 }

    /// Appends a series' own labels and, for a series of one line, the text between them and the value.
    @inline(__always)
    private func appendLabels(_ page: SeriesPage, _ out: inout OutputBuffer) {
        if let escaped {
            out.append(labelsOf: page, slot, page.definition.fragments, as: escaped.fragments)
            if escaped.fragments.count > 0 { out.append(UInt8(ascii: "\"")) }
            out.append(escaped.lineEnd)
        } else {
            let range = page.textRange(slot)
            unsafe out.appendWide(page.text + range.lowerBound, range.count)
        }
    }

    private func appendCreated(_ page: SeriesPage, _ head: [UInt8], _ end: [UInt8], _ out: inout OutputBuffer) {
        out.append(head)
        appendLabels(page, &out)
        out.append(end)
        out.append(double: page.createdSeconds(slot))
        out.append(UInt8(ascii: "\n"))
    }

    /// Reads the values of the current series, and returns the first. Those that a closure reads are also in `values`.
    @inline(__always)
    mutating func read(_ reading: InstrumentLayout.Values, _ page: SeriesPage) -> SampleValue {
        switch reading {
        case .totals: return unsafe .integer(Total.clamped(SeriesWords(page.words(slot))[0]))
        case .numbers: return unsafe .number(Double(bitPattern: SeriesWords(page.words(slot))[0]))
        case .constant(let value): return .integer(value)
        case .read(let read):
            let hasState = page.definition.layout.makeState != nil
            let words = unsafe hasState ? page.wordsWithState(slot) : SeriesWords(page.words(slot))
            read(words, format == .openMetrics, &values)
            return values[0]
        }
    }

    private mutating func encodeSamples(_ page: SeriesPage, _ count: Int, _ out: inout OutputBuffer) -> Bool {
        let definition = page.definition
        let pieces = (escaped ?? definition).text
        let reading = definition.layout.values
        let hasExemplars = format == .openMetrics && page.hasExemplars(count)
        let exemplarBytes = hasExemplars ? pieces.samples.count * ExemplarStore.maxBytes : 0
        let hasCreated = format == .openMetrics && definition.hasCreatedSamples
        while nextExposed(page, count) != nil {
            let labelBytes = page.textRange(slot).count + escapedBytes
            let bytes = pieces.maxBytes(labelBytes: labelBytes) + exemplarBytes + OutputBuffer.slack
            guard out.hasRoom(bytes) else { return false }
            _ = read(reading, page)
            for (index, sample) in pieces.samples.enumerated() {
                if case .absent = values[index] { continue }
                out.append(sample.head)
                appendLabels(page, &out)
                out.append(sample.tail)
                out.append(values[index])
                // The index of a bucket's sample is that of its word, by which exemplars are stored.
                if hasExemplars, let exemplar = page.exemplar(slot, index) { out.append(exemplar.text) }
                out.append(UInt8(ascii: "\n"))
            }
            if hasCreated { appendCreated(page, pieces.createdHead, pieces.labelsEnd, &out) }
            slot += 1
        }
        return true
    }
}
