internal import Synchronization

/// A run of series of one family, in the order of their first use: their label text, and the blocks that hold their values.
///
/// The text lies side by side in emission order, and so do the values of a block, so that a scrape reads memory in one
/// direction. A page only grows. Compaction makes new pages, and a scrape that still reads an old one keeps it.
///
/// Invariants (`_checkInvariants()`):
/// - `count <= capacity`; slots below `count` are filled, and a filled slot's text never changes;
/// - `ends` rises, `ends[count - 1] <= textCapacity`, and so do the `valueEnds` of a slot, within its text; `OutputBuffer.slack` further bytes may be
///   read after the text, for wide copies;
/// - a vacant slot is a filled one without text, which is no series. Families without labels have none.
///
/// Unchecked `Sendable`: `ends`, `valueEnds`, `blockWords`, `created` and `text` are written once a slot, before `count`
/// says that it is filled; `blocks`, `count`, `vacant` and `idleTimes` are used under the family's lock. A reader that took
/// a page's count under that lock reads only filled slots, which no writer touches again.
@safe
final class SeriesPage: @unchecked Sendable {
    let definition: FamilyDefinition
    /// A slot's place in the index is 10 bits, see ``SlotReference``.
    static let maxCapacity = 1024
    /// What a page holds is gone through under the family's lock, so it is bounded whatever a series takes.
    static let maxWords = 8192
    static let maxText = 128 * 1024

    let capacity: Int
    let textCapacity: Int
    private let stride: Int
    private let endCount: Int
    /// A block holds `1 << blockShift` slots, the last one fewer if the capacity ends before.
    let blockShift: Int
    /// Where the words of each block are, for readers.
    let blockWords: UnsafeMutablePointer<UnsafeMutablePointer<Atomic<UInt64>>>
    private let blocks: UnsafeMutablePointer<SeriesBlock?>
    private let blockCapacity: Int
    let ends: UnsafeMutablePointer<UInt32>
    /// Where in a slot's text the values of its labels end, but for the last one, which `ends` tells.
    let valueEnds: UnsafeMutablePointer<UInt32>
    /// How many of `valueEnds` a slot has.
    let innerValues: Int
    /// Whether text of a filled slot has a byte that JSON escapes and the text formats do not.
    let hasControls = Atomic(false)
    let text: UnsafeMutablePointer<UInt8>
    /// When each filled slot was made, in seconds since the Unix epoch, if that is exposed.
    private let created: UnsafeMutablePointer<Double>?
    /// Of families whose idle children expire. Used under the family's lock.
    let idleTimes: IdleTimes?
    private let memory: UnsafeMutableRawPointer
    /// Where the next block's words go, and how many of them are taken. Used under the family's lock.
    private var slab: WordSlab?
    private var slabCount = 0

    /// Filled slots. Guarded by the family's lock.
    private(set) var count = 0
    /// Filled slots that are no series. Guarded by the family's lock.
    private(set) var vacant = 0

    init(definition: FamilyDefinition, capacity: Int, textCapacity: Int) {
        self.definition = definition
        precondition(capacity > 0 && capacity <= Self.maxCapacity && textCapacity >= 0)
        precondition(textCapacity < Int(UInt32.max))
        self.capacity = capacity
        self.textCapacity = textCapacity
        stride = definition.stride
        endCount = definition.lineEnd.count
        blockShift = definition.blockShift
        blockCapacity = (capacity + (1 << blockShift) - 1) >> blockShift
        unsafe blocks = .allocate(capacity: blockCapacity)
        unsafe blocks.initialize(repeating: nil, count: blockCapacity)
        idleTimes = definition.idleTimeout == nil ? nil : IdleTimes()
        unsafe created = definition.hasCreatedSamples ? .allocate(capacity: capacity) : nil
        innerValues = max(0, definition.labelNames.count - 1)
        // All that a scrape reads lies together, in the order in which it does.
        let wordBytes = unsafe blockCapacity * MemoryLayout<UnsafeRawPointer>.size
        let endBytes = capacity * (1 + innerValues) * MemoryLayout<UInt32>.size
        unsafe memory = .allocate(
            byteCount: wordBytes + endBytes + textCapacity + OutputBuffer.slack,
            alignment: 64
        )
        unsafe blockWords = memory.bindMemory(
            to: UnsafeMutablePointer<Atomic<UInt64>>.self,
            capacity: blockCapacity
        )
        unsafe ends = (memory + wordBytes).bindMemory(to: UInt32.self, capacity: capacity * (1 + innerValues))
        unsafe valueEnds = ends + capacity
        unsafe text = (memory + wordBytes + endBytes)
            .bindMemory(to: UInt8.self, capacity: textCapacity + OutputBuffer.slack)
    }

    deinit {
        unsafe blocks.deinitialize(count: blockCapacity)
        unsafe blocks.deallocate()
        unsafe created?.deallocate()
        unsafe memory.deallocate()
    }

    // MARK: Text

    func textStart(_ slot: Int) -> Int {
        slot == 0 ? 0 : unsafe Int(ends[slot - 1])
    }

    func textRange(_ slot: Int) -> Range<Int> {
        unsafe textStart(slot)..<Int(ends[slot])
    }

    /// How much text there is from one series up to and with another.
    func textBytes(_ first: Int, through last: Int) -> Int {
        unsafe Int(ends[last]) - textStart(first)
    }

    /// The text of a series' own labels, without what is between them and the value.
    func labels(_ slot: Int) -> UnsafeBufferPointer<UInt8> {
        let range = textRange(slot)
        return unsafe UnsafeBufferPointer(start: text + range.lowerBound, count: range.count - endCount)
    }

    /// Where in them the value of a label ends, before its quote.
    func valueEnd(_ slot: Int, _ label: Int) -> Int {
        unsafe label == innerValues ? labels(slot).count - 1 : Int(valueEnds[slot * innerValues + label])
    }

    /// True if a filled slot is no series.
    func isVacant(_ slot: Int) -> Bool {
        vacant > 0 && textRange(slot).isEmpty
    }

    // MARK: Values

    @inline(__always)
    func words(_ slot: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        unsafe blockWords[slot &>> blockShift] + (slot & ((1 &<< blockShift) &- 1)) &* stride
    }

    /// A number that changes, but for chance, when a value does.
    func checksum(_ slot: Int) -> UInt64 {
        var sum: UInt64 = 0
        let words = unsafe words(slot)
        for index in 0..<stride { sum = unsafe (sum &* 31) &+ words[index].load(ordering: .relaxed) }
        return sum
    }

    /// When a filled slot was made; NaN if that is not exposed.
    func createdSeconds(_ slot: Int) -> Double {
        unsafe created.map { unsafe $0[slot] } ?? .nan
    }

    // MARK: Blocks, under the family's lock

    /// The block of a filled slot that is not vacant.
    @inline(__always)
    func block(_ slot: Int) -> SeriesBlock {
        unsafe blocks[slot &>> blockShift].unsafelyUnwrapped
    }

    /// How many blocks the filled slots lie in.
    var blockCount: Int { (count + (1 << blockShift) - 1) >> blockShift }

    /// The filled slots of a block.
    func slots(ofBlock number: Int) -> Range<Int> {
        (number << blockShift)..<min((number + 1) << blockShift, count)
    }

    func slotInBlock(_ slot: Int) -> Int { slot & ((1 << blockShift) - 1) }

    /// The block with a number, if the page has one there.
    func blockIfAny(_ number: Int) -> SeriesBlock? {
        unsafe blocks[number]
    }

    /// Whether somebody beside this page keeps a block: a handle, or an old page of a scrape.
    func isKept(_ number: Int) -> Bool {
        // The optimiser may not keep a reference of its own: nothing has read the block before.
        unsafe blocks[number] != nil && !isKnownUniquelyReferenced(&blocks[number])
    }

    /// What counts the users of a filled slot; nil unless that is what the family is for.
    func tracker(_ slot: Int) -> UserTracker? {
        isVacant(slot) ? nil : block(slot).tracker(slotInBlock(slot))
    }

    // MARK: Changes, all under the family's lock

    /// Whether so many more series of so much text fit, where they may have to begin with a block.
    func hasRoom(_ slots: Int, labelBytes: Int, inNewBlock: Bool) -> Bool {
        let blockSize = 1 << blockShift
        let first = inNewBlock ? (count + blockSize - 1) & ~(blockSize - 1) : count
        return first + slots <= capacity && labelBytes + slots * endCount <= textCapacity - textStart(count)
    }

    /// Appends a series, or returns nil if the page has no room for it.
    ///
    /// - Parameter tracker: What counts its users.
    func append(labels: UnsafeBufferPointer<UInt8>, counting tracker: UserTracker? = nil) -> Int? {
        guard hasRoom(1, labelBytes: labels.count, inNewBlock: false) else { return nil }
        let number = count >> blockShift
        if unsafe blocks[number] == nil {
            let block = makeBlock(capacity: min(1 << blockShift, capacity - count))
            unsafe blocks[number] = block
            unsafe (blockWords + number).initialize(to: block.words)
        }
        if let tracker { unsafe blocks[number]?.setTracker(tracker, slotInBlock(count)) }
        unsafe appendText(labels)
        if let created = unsafe created {
            unsafe (created + count).initialize(to: definition.context.wallSeconds())
        }
        count += 1
        return count - 1
    }

    private func makeBlock(capacity size: Int) -> SeriesBlock {
        let words = size * stride
        let slab: WordSlab
        if let current = self.slab, current.count - slabCount >= words {
            slab = current
        } else {
            // The pages of small families are their first ones, and have no neighbours of their own.
            let isApart = capacity <= 8 || definition.stripes > 1
            slab = WordSlab(min(1 << definition.slabShift, capacity - count) * stride, isApart: isApart)
            slabCount = 0
        }
        self.slab = slab
        defer { slabCount += words }
        return SeriesBlock(definition: definition, capacity: size, in: slab, at: slabCount)
    }

    /// Takes another page's block, and the series in it. There must be room for them.
    ///
    /// - Parameter slots: The filled slots of the block in the other page.
    /// - Returns: The first slot here.
    func adopt(_ block: SeriesBlock, from page: SeriesPage, _ slots: Range<Int>) -> Int {
        let blockSize = 1 << blockShift
        while count & (blockSize - 1) != 0 { appendVacant() }
        let first = count
        unsafe blocks[first >> blockShift] = block
        unsafe (blockWords + first >> blockShift).initialize(to: block.words)
        for slot in slots {
            guard !page.isVacant(slot) else {
                appendVacant()
                continue
            }
            unsafe appendText(page.labels(slot))
            copyTimes(from: page, slot: slot, to: count)
            count += 1
        }
        // A block that was the only one of a small page has no words for the rest of its place here.
        while block.capacity < blockSize, count < capacity, count & (blockSize - 1) != 0 { appendVacant() }
        return first
    }

    private func appendVacant() {
        unsafe (ends + count).initialize(to: UInt32(textStart(count)))
        for index in 0..<innerValues { unsafe (valueEnds + count * innerValues + index).initialize(to: 0) }
        unsafe created.map { unsafe ($0 + count).initialize(to: .nan) }
        idleTimes?.append()
        vacant += 1
        count += 1
    }

    private func appendText(_ labels: UnsafeBufferPointer<UInt8>) {
        let start = textStart(count)
        if let base = labels.baseAddress { unsafe (text + start).update(from: base, count: labels.count) }
        for (index, byte) in definition.lineEnd.enumerated() {
            unsafe text[start + labels.count + index] = byte
        }
        idleTimes?.append()
        noteValues(of: count, in: start..<(start + labels.count))
        unsafe (ends + count).initialize(to: UInt32(start + labels.count + endCount))
    }

    /// Finds out once what JSON would have to search for at each scrape.
    private func noteValues(of slot: Int, in range: Range<Int>) {
        var label = 0
        var position = range.lowerBound + (innerValues > 0 ? definition.fragments.length(0) : 0)
        var hasControl = false
        while position < range.upperBound {
            let byte = unsafe text[position]
            if byte == UInt8(ascii: "\\") { position += 1 }
            if byte < 0x20 { hasControl = true }
            if byte == UInt8(ascii: "\""), label < innerValues {
                unsafe (valueEnds + slot * innerValues + label).initialize(to: UInt32(position - range.lowerBound))
                label += 1
                position += definition.fragments.length(label)
            } else {
                position += 1
            }
        }
        // Escaped text of a family's own labels has a quote after each value.
        assert(label == innerValues)
        if hasControl { hasControls.store(true, ordering: .relaxed) }
    }

    private func copyTimes(from page: SeriesPage, slot: Int, to own: Int) {
        if let created = unsafe created { unsafe (created + own).initialize(to: page.createdSeconds(slot)) }
        if let idleTimes, let other = page.idleTimes { idleTimes.copy(from: other, slot: slot, to: own) }
    }

    /// Takes over another page's values, when no handle to them can exist any more.
    func copyValues(from page: SeriesPage, slot: Int, to own: Int) {
        copyTimes(from: page, slot: slot, to: own)
        let (source, target) = unsafe (page.words(slot), words(own))
        for index in 0..<stride {
            unsafe target[index].store(source[index].load(ordering: .relaxed), ordering: .relaxed)
            guard let text = page.exemplar(slot, index) else { continue }
            block(own).setExemplar(text, at: slotInBlock(own) * stride + index)
        }
    }

    // MARK: Exemplars

    /// Whether any of the first slots has one.
    func hasExemplars(_ count: Int) -> Bool {
        (0..<((count + (1 << blockShift) - 1) >> blockShift)).contains { unsafe blocks[$0]?.exemplars != nil }
    }

    /// The last exemplar of one of a slot's words.
    func exemplar(_ slot: Int, _ word: Int) -> [UInt8]? {
        unsafe blocks[slot >> blockShift]?.exemplars?[slotInBlock(slot) * stride + word]
    }

    func _checkInvariants() {
        #if DEBUG
        assert(count <= capacity)
        assert(count == 0 || textRange(count - 1).upperBound <= textCapacity)
        for slot in 0..<count { assert(isVacant(slot) || textRange(slot).count >= endCount) }
        assert((0..<count).count { isVacant($0) } == vacant)
        #endif
    }
}
