/// The place of a page in its family's directory.
struct PagePlace: Equatable, Sendable {
    let segment: Int
    let index: Int
}

/// The place of a series: the place of its page, and its slot in the page.
struct SlotReference: Equatable, Sendable {
    let bits: UInt32

    init(_ place: PagePlace, _ slot: Int) {
        bits = UInt32(place.segment << 15 | place.index << 9 | slot)
    }

    init(bits: UInt32) {
        self.bits = bits
    }

    var place: PagePlace { PagePlace(segment: Int(bits >> 15), index: Int(bits >> 9) & 63) }
    var slot: Int { Int(bits & 511) }

    /// One less than 17 bits allow, because the index stores `bits + 1`.
    static let maxSegments = (1 << 17) - 1
}

/// A page and the subset of its series that is exposed. A value type, so that a scrape keeps its initial state.
struct PageEntry: Sendable {
    /// Nil if the page was removed.
    var page: SeriesPage?
    /// One bit per slot, set if the slot is not exposed.
    var hiddenBits = Bits()
    /// The number of filled slots.
    var count: Int32 = 0
    /// The number of filled slots that are not exposed.
    var hidden: Int32 = 0
    /// The family's generation that this entry describes. In later generations, none of its slots is exposed.
    var generation: UInt64
    /// The revision of the reserved values that were counted with the page's series. See ``ReservedLabels``.
    var revision = 0

    /// A bit per slot, in groups of 64.
    struct Bits: Sendable {
        private var groups: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0, 0)

        /// Requires a group below 8, as of any slot.
        subscript(group: Int) -> UInt64 {
            @inline(__always) get {
                unsafe withUnsafeBytes(of: groups) { unsafe $0.load(fromByteOffset: group &* 8, as: UInt64.self) }
            }
            @inline(__always) set {
                unsafe withUnsafeMutableBytes(of: &groups) { groups in
                    unsafe groups.storeBytes(of: newValue, toByteOffset: group &* 8, as: UInt64.self)
                }
            }
        }
    }

    func exposesSomething(in generation: UInt64) -> Bool {
        page != nil && self.generation == generation && hidden < count
    }

    func isHidden(_ slot: Int) -> Bool { hiddenBits[slot &>> 6] & (1 &<< UInt64(slot & 63)) != 0 }

    /// The exposed slots of a group of 64, from `slot` on. Bit 0 is the group's first slot.
    @inline(__always)
    func exposed(from slot: Int) -> UInt64 {
        let filled = Int(count) &- (slot & ~63)
        let below = filled >= 64 ? UInt64.max : (1 &<< UInt64(truncatingIfNeeded: max(0, filled))) &- 1
        return ~hiddenBits[slot &>> 6] & below & (.max &<< UInt64(slot & 63))
    }

    mutating func hide(_ slot: Int) {
        hiddenBits[slot >> 6] |= 1 << UInt64(slot & 63)
        hidden += 1
    }

    mutating func hideAll() {
        for group in 0..<(Int(count) >> 6) { hiddenBits[group] = .max }
        if count & 63 != 0 { hiddenBits[Int(count) >> 6] = (1 << UInt64(count & 63)) - 1 }
        hidden = count
    }

    mutating func unhide(_ slot: Int) {
        hiddenBits[slot >> 6] &= ~(1 << UInt64(slot & 63))
        hidden -= 1
    }

    /// Adds a slot that the page has filled.
    mutating func append(isHidden: Bool) {
        if isHidden { hide(Int(count)) }
        count += 1
    }
}

/// The pages of a family, in exposition order.
///
/// Two levels of copy-on-write arrays: a copy takes constant time, and a later change copies one segment of 64 entries
/// and the list of segments. Only that list, with an entry per 32,768 series, grows with the number of pages.
struct PageDirectory: Sendable {
    /// By number. A segment fills from its beginning; entries of removed pages stay empty.
    private(set) var segments: [[PageEntry]] = []
    /// The segments in use, in order. Numbers are reused, serial numbers are not.
    private(set) var order: [Segment] = []
    private var unused: [Int] = []
    private var nextSerial: UInt64 = 0
    /// The last page, which receives new series.
    private(set) var tail: PagePlace?

    struct Segment: Sendable {
        let serial: UInt64
        let number: Int
    }

    static let segmentSize = 64

    subscript(place: PagePlace) -> PageEntry {
        @inline(__always) get { segments[place.segment][place.index] }
        @inline(__always) _modify { yield &segments[place.segment][place.index] }
    }

    /// Calls `body` with the address of an entry, because the compiler copies an entry that it takes from an array.
    @inline(__always)
    private func withEntry<Result>(_ place: PagePlace, _ body: (UnsafePointer<PageEntry>) -> Result) -> Result {
        unsafe segments.withUnsafeBufferPointer { segments in
            // In bounds: places come from the index and the directory itself, which forget a page together.
            let entries = unsafe segments.baseAddress.unsafelyUnwrapped + place.segment
            return unsafe entries.pointee.withUnsafeBufferPointer { entries in
                unsafe body(entries.baseAddress.unsafelyUnwrapped + place.index)
            }
        }
    }

    @inline(__always)
    func page(_ place: PagePlace) -> SeriesPage {
        unsafe withEntry(place) { unsafe $0.pointee.page.unsafelyUnwrapped }
    }

    /// The page of a series that is exposed in `generation`, or nil if it is hidden. Unretained: the directory owns it.
    @inline(__always)
    func page(exposing reference: SlotReference, in generation: UInt64) -> Unmanaged<SeriesPage>? {
        unsafe withEntry(reference.place) { entry in
            let slot = reference.slot
            let isHidden = unsafe entry.pointee.hiddenBits[slot &>> 6] & (1 &<< UInt64(slot & 63)) != 0
            guard unsafe entry.pointee.generation == generation, !isHidden else { return nil }
            return unsafe Unmanaged.passUnretained(entry.pointee.page.unsafelyUnwrapped)
        }
    }

    @inline(__always)
    func generation(_ place: PagePlace) -> UInt64 { unsafe withEntry(place) { unsafe $0.pointee.generation } }

    /// Appends a page. Returns false if the directory is full.
    mutating func append(_ page: SeriesPage, in generation: UInt64) -> Bool {
        let entry = PageEntry(page: page, generation: generation)
        if let last = order.last, segments[last.number].count < Self.segmentSize {
            segments[last.number].append(entry)
            tail = PagePlace(segment: last.number, index: segments[last.number].count - 1)
            return true
        }
        let number = unused.popLast() ?? segments.count
        guard number < SlotReference.maxSegments else { return false }
        if number == segments.count { segments.append([]) }
        segments[number].append(entry)
        order.append(Segment(serial: nextSerial, number: number))
        nextSerial += 1
        tail = PagePlace(segment: number, index: 0)
        return true
    }

    /// Removes a page.
    ///
    /// - Parameter newTail: The new last page, if the removed one was last.
    mutating func remove(_ place: PagePlace, newTail: PagePlace?) {
        segments[place.segment][place.index] = PageEntry(page: nil, generation: 0)
        if tail == place { tail = newTail }
        guard segments[place.segment].allSatisfy({ $0.page == nil }) else { return }
        segments[place.segment] = []
        order.removeAll { $0.number == place.segment }
        unused.append(place.segment)
    }

    // MARK: Page by page

    /// A position between two pages. It stays valid while pages are added and removed.
    struct Cursor: Sendable {
        fileprivate var serial: UInt64 = 0
        fileprivate var index = 0
    }

    func next(_ cursor: inout Cursor) -> PagePlace? {
        var low = 0
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if order[middle].serial < cursor.serial { low = middle + 1 } else { high = middle }
        }
        while low < order.count {
            let segment = order[low]
            if segment.serial > cursor.serial { cursor = Cursor(serial: segment.serial) }
            while cursor.index < segments[segment.number].count {
                cursor.index += 1
                if segments[segment.number][cursor.index - 1].page != nil {
                    return PagePlace(segment: segment.number, index: cursor.index - 1)
                }
            }
            low += 1
        }
        return nil
    }
}
