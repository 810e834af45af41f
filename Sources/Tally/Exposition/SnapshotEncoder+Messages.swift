internal import Synchronization

/// The position of an encoder in a protobuf document.
struct MessagePosition: Sendable {
    /// The encoded metrics of families whose size depends on their values, by the index of the family.
    var encoded: [Int: [UInt8]] = [:]
    /// The length and the header of the current family's message, until they are written.
    var header: [UInt8] = []
    /// The number of bytes already written of the current family's encoded metrics.
    var written = 0
    var isOpen = false
}

// A family's message begins with its length, so its size must be known before its first series is written. The size of
// families of plain numbers follows from the text of their labels, and their series are written straight from memory.
// All other families are encoded before their length is written.

extension SnapshotEncoder {
    /// Writes as much as fits.
    mutating func fillMessages(_ out: inout OutputBuffer) {
        while family < snapshot.families.count {
            if !messages.isOpen { open() }
            guard out.hasRoom(messages.header.count) else { return }
            out.append(messages.header)
            messages.header = []
            guard writeFamily(&out) else { return }
            family += 1
            page = 0
            slot = 0
            messages.written = 0
            messages.isOpen = false
        }
        isDone = true
    }

    /// Begins the current family. Consecutive families of the same name share one message.
    private mutating func open() {
        messages.isOpen = true
        let current = snapshot.families[family]
        if !current.continuesPrevious {
            messages.encoded = [:]
            var length = 0
            var index = family
            repeat {
                length += measure(index)
                index += 1
            } while index < snapshot.families.count && snapshot.families[index].continuesPrevious
            prepare(current.definition)
            let header = (escaped ?? current.definition).protobuf.header
            var writer = ProtobufWriter()
            writer.varint(UInt64(header.count + length))
            writer.append(header)
            messages.header = writer.bytes
        }
        prepare(current.definition)
    }

    /// The length of a family's metrics. Encodes them if it depends on their values.
    private mutating func measure(_ index: Int) -> Int {
        let family = snapshot.families[index]
        prepare(family.definition)
        defer { slot = 0 }
        if let length = plainLength(of: family) { return length }
        var writer = ProtobufWriter()
        var reader = SeriesReader(family.definition, shown: escaped ?? family.definition)
        for entry in family.view.pages {
            guard let page = entry.page else { continue }
            (shown, slot) = (entry, 0)
            while nextExposed(page, Int(entry.count)) != nil {
                reader.write(page, slot, to: &writer)
                slot += 1
            }
        }
        messages.encoded[index] = writer.bytes
        return writer.bytes.count
    }

    /// The length of a family's metrics if it follows from the text of their labels, or nil.
    private mutating func plainLength(of family: Snapshot.Family) -> Int? {
        let pieces = (escaped ?? family.definition).protobuf
        guard family.definition.layout.isLine, pieces.isShort else { return nil }
        let fixed = pieces.fixedLength - Self.textAround(family.definition)
        var length = 0
        for entry in family.view.pages {
            guard let page = entry.page else { continue }
            // Read once: meanwhile, longer texts may come.
            let longest = page.longestText.load(ordering: .relaxed)
            let count = Int(entry.count)
            guard longest <= ProtobufPieces.maxPlainText, !page.hasExemplars(count) else { return nil }
            if entry.hidden == 0, count > 0, fixed + longest + page.endCount < 128 {
                length += count * (fixed + 2) + page.textBytes(0, through: count - 1)
                continue
            }
            (shown, slot) = (entry, 0)
            while let exposed = nextExposed(page, count) {
                length += Self.length(of: page, slot & ~63, exposed, fixed: fixed)
                skip(exposed)
            }
        }
        return length
    }

    /// The length of the messages of a group's exposed slots, with their tags and lengths.
    private static func length(of page: SeriesPage, _ group: Int, _ exposed: UInt64, fixed: Int) -> Int {
        let ends = unsafe page.ends + group
        if exposed == .max {
            // The texts lie side by side, so only the messages with a longer length must be counted, which the compiler
            // does with vectors.
            let limit = UInt32(truncatingIfNeeded: max(0, 128 &- fixed))
            var long: UInt32 = unsafe ends[0] &- UInt32(truncatingIfNeeded: page.textStart(group)) >= limit ? 1 : 0
            for index in 1..<64 { long &+= unsafe ends[index] &- ends[index &- 1] >= limit ? 1 : 0 }
            return 64 &* (fixed &+ 2) &+ Int(long) &+ page.textBytes(group, through: group &+ 63)
        }
        var length = 0
        var rest = exposed
        while rest != 0 {
            let index = rest.trailingZeroBitCount
            let start = unsafe index > 0 ? Int(ends[index &- 1]) : page.textStart(group)
            let size = unsafe fixed &+ Int(ends[index]) &- start
            length &+= size &+ (size < 128 ? 2 : 3)
            rest &= rest &- 1
        }
        return length
    }

    /// The length of a series' text without the values of its labels.
    private static func textAround(_ definition: FamilyDefinition) -> Int {
        let names = definition.fragments
        return names.totalLength + (names.count > 0 ? 1 : 0) + definition.lineEnd.count
    }

    /// Writes the current family's metrics. Returns false if the memory is full.
    private mutating func writeFamily(_ out: inout OutputBuffer) -> Bool {
        if let bytes = messages.encoded[family] {
            let count = min(bytes.count - messages.written, out.capacity - out.count)
            unsafe bytes.withUnsafeBufferPointer { bytes in
                guard let start = bytes.baseAddress, count > 0 else { return }
                unsafe out.append(start + messages.written, count)
            }
            messages.written += count
            guard messages.written == bytes.count else { return false }
            messages.encoded[family] = nil
            return true
        }
        let pages = snapshot.families[family].view.pages
        while page < pages.count {
            shown = pages[page]
            if let from = shown.page {
                guard writeNumbers(from, Int(shown.count), &out) else { return false }
            }
            page += 1
            slot = 0
        }
        return true
    }

    /// Writes the metrics of a page of plain numbers.
    private mutating func writeNumbers(_ page: SeriesPage, _ count: Int, _ out: inout OutputBuffer) -> Bool {
        let definition = page.definition
        let pieces = (escaped ?? definition).protobuf
        let reading = definition.layout.values
        let isRun = definition.layout.isRunOfWords
        let line = MetricLine(pieces, of: page, fixed: pieces.fixedLength - Self.textAround(definition))
        while let exposed = nextExposed(page, count) {
            let group = isRun ? exposed : 1 << UInt64(slot & 63)
            let most = pieces.fixedLength + 3
            guard let fitting = fitting(group, of: page, fixed: most, growth: 1, &out) else { return false }
            if isRun {
                out.append(line, totalsOf: page, slot & ~63, fitting)
            } else {
                out.append(line, read(reading, page).number.bitPattern, slot)
            }
            skip(fitting)
        }
        return true
    }
}
