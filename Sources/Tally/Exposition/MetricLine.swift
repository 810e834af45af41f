internal import Synchronization

/// The constant parts of the messages of a family whose series are plain numbers. Valid while the definition lives.
struct MetricLine {
    let constantLabels: LabelFragments.Piece
    let heads: LabelFragments
    let names: LabelFragments
    let value: LabelFragments.Piece
    /// The length of a metric's message, less that of the series' text.
    let fixed: Int
    let hasStartTimes: Bool
    let startHead: UInt32

    init(_ pieces: ProtobufPieces, textOf definition: FamilyDefinition, fixed: Int) {
        constantLabels = pieces.constantLabels[0]
        heads = pieces.labelHeads
        names = definition.fragments
        value = pieces.valueHead[0]
        hasStartTimes = pieces.hasStartTimes
        startHead = pieces.startHead
        self.fixed = fixed
    }
}

// The inner loops of a large scrape, like those of the text. Their callers have checked for room.

extension OutputBuffer {
    /// Appends the messages of integer totals.
    ///
    /// - Parameters:
    ///   - group: The first slot of a group of 64.
    ///   - exposed: The bits of the slots to write, at least one.
    mutating func append(_ line: MetricLine, totalsOf page: SeriesPage, _ group: Int, _ exposed: UInt64) {
        var place = unsafe base + count
        var rest = exposed
        while rest != 0 {
            let slot = group &+ rest.trailingZeroBitCount
            let total = unsafe Total.clamped(page.words(slot).pointee.load(ordering: .relaxed))
            unsafe place = Self.writeMetric(line, Double(total).bitPattern, page, slot, at: place)
            rest &= rest &- 1
        }
        count = unsafe place - base
        assert(count <= capacity)
    }

    /// Appends the message of one number.
    mutating func append(_ line: MetricLine, _ bits: UInt64, of page: SeriesPage, _ slot: Int) {
        count = unsafe Self.writeMetric(line, bits, page, slot, at: base + count) - base
        assert(count <= capacity)
    }

    @inline(__always)
    private static func writeMetric(
        _ line: MetricLine,
        _ bits: UInt64,
        _ page: SeriesPage,
        _ slot: Int,
        at start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var place = unsafe start
        let first = page.textStart(slot)
        let textLength = unsafe Int(page.ends[slot]) &- first
        let length = textLength &+ line.fixed
        unsafe place[0] = 4 << 3 | 2
        if length < 128 {
            unsafe place[1] = UInt8(truncatingIfNeeded: length)
            unsafe place += 2
        } else {
            unsafe place[1] = UInt8(truncatingIfNeeded: length) | 0x80
            unsafe place[2] = UInt8(truncatingIfNeeded: length &>> 7)
            unsafe place += 3
        }
        if line.constantLabels.length > 0 {
            unsafe copyWide(line.constantLabels.start, line.constantLabels.length, to: place)
            unsafe place += line.constantLabels.length
        }
        let last = page.innerValues
        let text = unsafe page.text + first
        var position = 0
        for label in 0..<line.heads.count {
            let head = line.heads[label]
            unsafe copyWide(head.start, head.length, to: place)
            let start = position &+ line.names[label].length
            let end =
                unsafe label == last
                ? textLength &- page.endCount &- 1 : Int(page.valueEnds[slot &* last &+ label])
            let size = end &- start
            unsafe place[1] = UInt8(truncatingIfNeeded: head.length &- 2 &+ size)
            unsafe place += head.length
            unsafe place[-1] = UInt8(truncatingIfNeeded: size)
            unsafe copyWide(text + start, size, to: place)
            unsafe place += size
            position = end
        }
        unsafe copyWide(line.value.start, line.value.length, to: place)
        unsafe place += line.value.length
        unsafe UnsafeMutableRawPointer(place).storeBytes(of: bits.littleEndian, as: UInt64.self)
        unsafe place += 8
        guard line.hasStartTimes else { return unsafe place }
        return unsafe writeStart(line.startHead, page.createdSeconds(slot), at: place)
    }

    /// Writes a start time. Its length must not depend on the time, so its numbers have five bytes each.
    @inline(__always)
    private static func writeStart(
        _ head: UInt32,
        _ secondsSinceEpoch: Double,
        at place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let time = UnixTime(secondsSinceEpoch)
        let memory = UnsafeMutableRawPointer(place)
        unsafe memory.storeBytes(of: head.littleEndian, as: UInt32.self)
        unsafe memory.storeBytes(of: fiveBytes(time?.seconds ?? 0).littleEndian, toByteOffset: 3, as: UInt64.self)
        unsafe place[8] = 2 << 3
        unsafe memory.storeBytes(of: fiveBytes(time?.nanos ?? 0).littleEndian, toByteOffset: 9, as: UInt64.self)
        return unsafe place + ProtobufPieces.startLength
    }

    /// A number of at most 35 bits as a varint of five bytes, of which the first four say that another one follows.
    @inline(__always)
    private static func fiveBytes(_ value: UInt64) -> UInt64 {
        value & 0x7F | (value & 0x3F80) &<< 1 | (value & 0x1F_C000) &<< 2 | (value & 0xFE0_0000) &<< 3
            | (value & 0x7_F000_0000) &<< 4 | 0x8080_8080
    }
}
