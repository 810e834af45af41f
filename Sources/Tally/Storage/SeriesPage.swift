internal import Synchronization

/// A run of series of one family, in the order of their first use: their values, their label text, and which of them
/// are hidden, in one allocation that never moves.
///
/// Values and text of a page lie side by side in emission order, so that a scrape reads memory in one direction.
///
/// Invariants (`_checkInvariants()`):
/// - `count <= capacity`; slots below `count` are filled, and a filled slot's text never changes;
/// - `ends` rises, `ends[count - 1] <= textCapacity`, and so do the `valueEnds` of a slot, within its text; `OutputBuffer.slack` further bytes may be
///   read after the text, for wide copies;
/// - `hidden` is the number of set bits among the first `count`.
///
/// Unchecked `Sendable`: `words` and `hiddenBits` are atomics; `ends`, `valueEnds` and `text` are written once a slot,
/// before `count` says that it is filled, as are `trackers` and `created`; `count`, `hidden` and `idleTimes` are used under the family's lock. A reader that took `count`
/// under that lock reads only filled slots, which no writer touches again.
@safe
@usableFromInline
final class SeriesPage: @unchecked Sendable {
    @usableFromInline
    let definition: FamilyDefinition
    /// A slot's place in the index is 10 bits, see ``SlotReference``.
    static let maxCapacity = 1024

    let capacity: Int
    let textCapacity: Int
    /// Copied from the definition, for readers in a hurry. The mask is the number of stripes less one.
    @usableFromInline
    let stripeMask: UInt
    private let stride: Int
    private let endCount: Int
    let words: UnsafeMutablePointer<Atomic<UInt64>>
    let ends: UnsafeMutablePointer<UInt32>
    /// Where in a slot's text the values of its labels end, but for the last one, which `ends` tells.
    let valueEnds: UnsafeMutablePointer<UInt32>
    /// How many of `valueEnds` a slot has.
    let innerValues: Int
    /// Whether text of a filled slot has a byte that JSON escapes and the text formats do not.
    let hasControls = Atomic(false)
    let text: UnsafeMutablePointer<UInt8>
    private let hiddenBits: UnsafeMutablePointer<Atomic<UInt64>>
    /// Of active users: what counts them, for each filled slot.
    private let trackers: UnsafeMutablePointer<UserTracker>?
    /// When each filled slot was made, in seconds since the Unix epoch, if that is exposed.
    private let created: UnsafeMutablePointer<Double>?
    let exemplars = ExemplarStore()
    /// Of families whose idle children expire. Used under the family's lock.
    let idleTimes: IdleTimes?
    private let memory: UnsafeMutableRawPointer

    /// Filled slots. Guarded by the family's lock.
    private(set) var count = 0
    /// Filled slots that are hidden. Guarded by the family's lock.
    private(set) var hidden = 0

    init(definition: FamilyDefinition, capacity: Int, textCapacity: Int) {
        self.definition = definition
        precondition(capacity > 0 && capacity <= Self.maxCapacity && textCapacity >= 0)
        precondition(textCapacity < Int(UInt32.max))
        self.capacity = capacity
        stride = definition.stride
        stripeMask = UInt(definition.stripes - 1)
        endCount = definition.lineEnd.count
        self.textCapacity = textCapacity
        unsafe trackers = definition.users == nil ? nil : .allocate(capacity: capacity)
        idleTimes = definition.idleTimeout == nil ? nil : IdleTimes()
        unsafe created = definition.hasCreatedSamples ? .allocate(capacity: capacity) : nil
        let wordBytes = capacity * definition.stride * 8
        let bitWords = (capacity + 63) / 64
        innerValues = max(0, definition.labelNames.count - 1)
        let offsetBytes = capacity * (1 + innerValues) * 4
        let slack = OutputBuffer.slack
        // 128: two neighbouring lines, which some processors fetch as a pair, never hold two pages' values.
        unsafe memory = .allocate(
            byteCount: wordBytes + bitWords * 8 + offsetBytes + textCapacity + slack,
            alignment: 128
        )
        unsafe words = memory.bindMemory(to: Atomic<UInt64>.self, capacity: capacity * definition.stride)
        for index in 0..<(capacity * definition.stride) {
            unsafe (words + index).initialize(to: Atomic(0))
        }
        unsafe hiddenBits = (memory + wordBytes).bindMemory(to: Atomic<UInt64>.self, capacity: bitWords)
        for index in 0..<bitWords {
            unsafe (hiddenBits + index).initialize(to: Atomic(0))
        }
        unsafe ends = (memory + wordBytes + bitWords * 8).bindMemory(
            to: UInt32.self,
            capacity: capacity * (1 + innerValues)
        )
        unsafe valueEnds = ends + capacity
        unsafe text = (memory + wordBytes + bitWords * 8 + offsetBytes)
            .bindMemory(to: UInt8.self, capacity: textCapacity + slack)
    }

    deinit {
        if let trackers = unsafe trackers {
            unsafe trackers.deinitialize(count: count)
            unsafe trackers.deallocate()
        }
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

    // MARK: Values

    func words(_ slot: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        unsafe words + slot * stride
    }

    /// A number that changes, but for chance, when a value does.
    func checksum(_ slot: Int) -> UInt64 {
        var sum: UInt64 = 0
        for index in 0..<stride { sum = unsafe (sum &* 31) &+ words(slot)[index].load(ordering: .relaxed) }
        return sum
    }

    /// What counts the users of a filled slot; nil unless that is what the family is for.
    func tracker(_ slot: Int) -> UserTracker? {
        unsafe trackers.map { unsafe $0[slot] }
    }

    /// When a filled slot was made; NaN if that is not exposed.
    func createdSeconds(_ slot: Int) -> Double {
        unsafe created.map { unsafe $0[slot] } ?? .nan
    }

    /// The slot whose words are at an address that this page gave out.
    func slot(of words: UnsafeMutablePointer<Atomic<UInt64>>) -> Int {
        unsafe (words - self.words) / stride
    }

    func isHidden(_ slot: Int) -> Bool {
        unsafe hiddenBits[slot >> 6].load(ordering: .relaxed) & (1 << UInt64(slot & 63)) != 0
    }

    /// The hidden ones among 64 slots from `64 * group`, so that a scrape can pass over whole groups at once.
    func hiddenMask(_ group: Int) -> UInt64 {
        unsafe hiddenBits[group].load(ordering: .relaxed)
    }

    /// The exposed slots of a group of 64, from one of its slots on: bit 0 is the group's first slot.
    func exposedMask(from slot: Int, _ count: Int) -> UInt64 {
        let position = UInt64(slot & 63)
        let filled = count - (slot & ~63)
        let below = filled >= 64 ? UInt64.max : (1 << UInt64(max(0, filled))) - 1
        return ~hiddenMask(slot >> 6) & below & (.max << position)
    }

    // MARK: Changes, all under the family's lock

    /// Appends a series, or returns nil if the page has no room for it.
    ///
    /// - Parameter tracker: What counts its users, if they are counted already.
    func append(labels: UnsafeBufferPointer<UInt8>, counting tracker: UserTracker? = nil) -> Int? {
        let length = labels.count + endCount
        let start = textStart(count)
        guard count < capacity, length <= textCapacity - start else { return nil }
        if let base = labels.baseAddress { unsafe (text + start).update(from: base, count: labels.count) }
        for (index, byte) in definition.lineEnd.enumerated() {
            unsafe text[start + labels.count + index] = byte
        }
        if let trackers = unsafe trackers, let settings = definition.users {
            let tracker = tracker ?? UserTracker(settings, context: definition.context)
            unsafe (trackers + count).initialize(to: tracker)
        }
        if let created = unsafe created {
            unsafe (created + count).initialize(to: definition.context.wallSeconds())
        }
        idleTimes?.append()
        noteValues(of: count, in: start..<(start + labels.count))
        unsafe (ends + count).initialize(to: UInt32(start + length))
        count += 1
        return count - 1
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

    func hide(_ slot: Int) {
        hidden += 1
        unsafe hiddenBits[slot >> 6].bitwiseOr(1 << UInt64(slot & 63), ordering: .relaxed)
    }

    func unhide(_ slot: Int) {
        hidden -= 1
        unsafe hiddenBits[slot >> 6].bitwiseAnd(~(1 << UInt64(slot & 63)), ordering: .relaxed)
    }

    /// The last exemplar of one of a slot's words.
    func exemplar(_ slot: Int, _ word: Int) -> [UInt8]? {
        exemplars.isEmpty ? nil : exemplars[slot * stride + word]
    }

    /// Takes over another page's values, when no handle to them can exist any more.
    func copyWords(from page: SeriesPage, slot: Int, to own: Int) {
        if let created = unsafe created { unsafe created[own] = page.createdSeconds(slot) }
        if let idleTimes, let other = page.idleTimes { idleTimes.copy(from: other, slot: slot, to: own) }
        for index in 0..<definition.stride {
            unsafe words(own)[index].store(page.words(slot)[index].load(ordering: .relaxed), ordering: .relaxed)
            guard !page.exemplars.isEmpty, let text = page.exemplars[slot * stride + index] else { continue }
            exemplars.set(text, at: own * stride + index)
        }
    }

    func _checkInvariants() {
        #if DEBUG
        assert(count <= capacity)
        assert(count == 0 || textRange(count - 1).upperBound <= textCapacity)
        for slot in 0..<count { assert(textRange(slot).count >= endCount) }
        assert((0..<count).count { isHidden($0) } == hidden)
        #endif
    }
}
