internal import Synchronization

/// A run of one family's series, in the order of their first use: their label text, and the blocks with their values.
///
/// The text is contiguous in exposition order, and so are the values of a block, so that a scrape reads memory in one
/// direction. A page only grows. Compaction creates new pages, and a scrape that still reads an old page retains it.
///
/// Invariants (`_checkInvariants()`):
/// - `count <= capacity`; slots below `count` are filled, and the text of a filled slot never changes;
/// - `ends` never decreases, `ends[count - 1] <= textCapacity`, and the `valueEnds` of a slot increase within its text;
///   `OutputBuffer.slack` further bytes may be read after the text, for wide copies;
/// - a vacant slot is filled but is not, or is no longer, a series.
///
/// Unchecked `Sendable`: `ends`, `valueEnds`, `blockWords` and `text` are written once per slot, before `count` covers
/// it; `created` points to atomics; `blocks`, `count`, `vacant` and `idleTimes` are used under the family's lock. A
/// reader that took a page's count under that lock reads only filled slots, whose text no writer touches again.
@safe
final class SeriesPage: @unchecked Sendable {
    let definition: FamilyDefinition

    let capacity: Int
    let textCapacity: Int
    let stride: Int
    let endCount: Int
    /// A block holds `1 << blockShift` slots. The last block of a page may have fewer.
    let blockShift: Int
    let blockWords: UnsafeMutablePointer<UnsafeMutablePointer<Atomic<UInt64>>>
    let blocks: UnsafeMutablePointer<SeriesBlock?>
    let blockCapacity: Int
    let ends: UnsafeMutablePointer<UInt32>
    /// The ends of label values within a slot's text, except for the last value, whose end follows from `ends`.
    let valueEnds: UnsafeMutablePointer<UInt32>
    /// The number of `valueEnds` per slot.
    let innerValues: Int
    /// True if the text of a filled slot has a byte that JSON escapes but the text formats do not.
    let hasControls = Atomic(false)
    /// The length of the longest labels of a filled slot; `Int.max` if any have an escape.
    let longestText = Atomic(0)
    let text: UnsafeMutablePointer<UInt8>
    /// The creation time of each filled slot, as the bits of seconds since the Unix epoch. Nil if it is not recorded.
    let created: UnsafeMutablePointer<Atomic<UInt64>>?
    /// Nil if idle children do not expire. Used under the family's lock.
    let idleTimes: IdleTimes?
    private let memory: UnsafeMutableRawPointer
    /// The memory for the words of further blocks, and the number of words taken. Used under the family's lock.
    var slab: WordSlab?
    var slabCount = 0

    /// The number of filled slots. Guarded by the family's lock.
    var count = 0
    /// The number of filled slots that are not series. Guarded by the family's lock.
    private(set) var vacant = 0
    private var vacantBits: [UInt64] = []

    init(definition: FamilyDefinition, capacity: Int, textCapacity: Int) {
        self.definition = definition
        precondition(capacity > 0 && capacity <= PageShape.maxCapacity && textCapacity >= 0)
        precondition(textCapacity < Int(UInt32.max))
        self.capacity = capacity
        self.textCapacity = textCapacity
        stride = definition.shape.stride
        endCount = definition.lineEnd.count
        blockShift = definition.shape.blockShift
        blockCapacity = (capacity + (1 << blockShift) - 1) >> blockShift
        unsafe blocks = .allocate(capacity: blockCapacity)
        unsafe blocks.initialize(repeating: nil, count: blockCapacity)
        idleTimes = definition.idleTimeout == nil ? nil : IdleTimes()
        unsafe created = definition.hasStartTimes ? .allocate(capacity: capacity) : nil
        innerValues = max(0, definition.labelNames.count - 1)
        // One allocation, in the order in which a scrape reads it.
        let wordBytes = unsafe blockCapacity * MemoryLayout<UnsafeRawPointer>.size
        let endBytes = capacity * (1 + innerValues) * MemoryLayout<UInt32>.size
        unsafe memory = .allocate(byteCount: wordBytes + endBytes + textCapacity + OutputBuffer.slack, alignment: 64)
        unsafe blockWords = memory.bindMemory(to: UnsafeMutablePointer<Atomic<UInt64>>.self, capacity: blockCapacity)
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

    func textStart(_ slot: Int) -> Int { slot == 0 ? 0 : unsafe Int(ends[slot - 1]) }

    func textRange(_ slot: Int) -> Range<Int> { unsafe textStart(slot)..<Int(ends[slot]) }

    /// The length of the text from one slot through another.
    func textBytes(_ first: Int, through last: Int) -> Int { unsafe Int(ends[last]) - textStart(first) }

    /// The text of a series' own labels, without ``FamilyDefinition/lineEnd``.
    func labels(_ slot: Int) -> UnsafeBufferPointer<UInt8> {
        let range = textRange(slot)
        return unsafe UnsafeBufferPointer(start: text + range.lowerBound, count: range.count - endCount)
    }

    /// The end of a label's value within ``labels(_:)``, before its quote.
    func valueEnd(_ slot: Int, _ label: Int) -> Int {
        unsafe label == innerValues ? labels(slot).count - 1 : Int(valueEnds[slot * innerValues + label])
    }

    /// True if a filled slot is not a series. Requires the family's lock.
    func isVacant(_ slot: Int) -> Bool { vacant > 0 && vacantBits[slot >> 6] & (1 << UInt64(slot & 63)) != 0 }

    /// Marks a filled slot as vacant. Nothing may find it any more.
    func vacate(_ slot: Int) {
        if vacantBits.isEmpty { vacantBits = Array(repeating: 0, count: (capacity + 63) / 64) }
        vacantBits[slot >> 6] |= 1 << UInt64(slot & 63)
        vacant += 1
    }

    // MARK: Values

    @inline(__always)
    func words(_ slot: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        unsafe blockWords[slot &>> blockShift] + (slot & ((1 &<< blockShift) &- 1)) &* stride
    }

    /// The words of a filled slot with its state, for an encoder.
    func wordsWithState(_ slot: Int) -> SeriesWords {
        unsafe SeriesWords(words(slot), blocks[slot &>> blockShift]?.state(slotInBlock(slot)))
    }

    /// A checksum of a slot's words and state, which almost certainly changes when a value does.
    func checksum(_ slot: Int) -> UInt64 {
        var sum: UInt64 = 0
        let words = unsafe words(slot)
        for index in 0..<stride { sum = unsafe (sum &* 31) &+ words[index].load(ordering: .relaxed) }
        if let state = block(slot).state(slotInBlock(slot)) { sum = (sum &* 31) &+ state.checksum }
        return sum
    }

    /// The creation time of a filled slot. NaN if it is not recorded.
    func createdSeconds(_ slot: Int) -> Double {
        guard let created = unsafe created else { return .nan }
        return unsafe Double(bitPattern: created[slot].load(ordering: .relaxed))
    }

    // MARK: Blocks, under the family's lock

    @inline(__always)
    func block(_ slot: Int) -> SeriesBlock { unsafe blocks[slot &>> blockShift].unsafelyUnwrapped }

    /// The number of blocks with filled slots.
    var blockCount: Int { (count + (1 << blockShift) - 1) >> blockShift }

    func slots(ofBlock number: Int) -> Range<Int> {
        (number << blockShift)..<min((number + 1) << blockShift, count)
    }

    func slotInBlock(_ slot: Int) -> Int { slot & ((1 << blockShift) - 1) }

    func blockIfAny(_ number: Int) -> SeriesBlock? { unsafe blocks[number] }

    /// True if a block is retained by anything besides this page: a handle, or an old page of a scrape.
    func isKept(_ number: Int) -> Bool {
        // A copy of the address, because the check counts as a modification, and scrapes read the original. Exact,
        // because nothing has read the block before: the optimiser holds no reference of its own.
        var address = unsafe UnsafeRawPointer(blocks + number).load(as: UInt.self)
        guard address != 0 else { return false }
        return unsafe withUnsafeMutablePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: SeriesBlock.self, capacity: 1) { block in
                unsafe !isKnownUniquelyReferenced(&block.pointee)
            }
        }
    }

    /// The state of a filled slot, if the layout has states.
    func state(_ slot: Int) -> (any SeriesState)? {
        isVacant(slot) ? nil : block(slot).state(slotInBlock(slot))
    }

    // MARK: Exemplars

    /// True if a block with any of the first `count` slots has an exemplar.
    func hasExemplars(_ count: Int) -> Bool {
        definition.hasExemplars.load(ordering: .relaxed)
            && (0..<((count + (1 << blockShift) - 1) >> blockShift)).contains { unsafe blocks[$0]?.exemplars != nil }
    }

    func exemplar(_ slot: Int, _ word: Int) -> ExemplarStore.Entry? {
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
