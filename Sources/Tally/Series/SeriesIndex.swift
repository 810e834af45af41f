/// A table from the hash of a series' label text to its place. No operation slows down as the table grows.
///
/// Uses extendible hashing: the first bits of the hash select one of many small open-addressing tables. A full table
/// doubles up to ``maxTable`` entries, and then splits in two. An entry is 8 bytes, the hash and the place, so growing
/// never reads text. Because hashes can be equal, the caller compares the text.
///
/// Unchecked `Sendable`: used under the family's lock.
@safe
final class SeriesIndex: @unchecked Sendable {
    /// The largest table: 8 KiB, which takes a few microseconds to fill.
    static let maxTable = 1024

    /// The tables by prefix of the hash, a power of two of them. Neighbours may be the same table.
    private var directory: UnsafeMutablePointer<UnsafeMutablePointer<UInt64>>
    /// The number of leading bits of a hash that select the table.
    private var depth: UInt64 = 0
    private(set) var count = 0
    private var prefetched: UInt64 = 0

    // A table begins with these words, which its entries follow. An entry of 0 is empty.
    private static let maskWord = 0
    private static let countWord = 1
    private static let depthWord = 2
    private static let headWords = 4

    init() {
        unsafe directory = .allocate(capacity: 1)
        unsafe directory.initialize(to: unsafe Self.makeTable(capacity: 8, depth: 0))
    }

    deinit {
        unsafe forEachTable { table, _ in unsafe table.deallocate() }
        unsafe directory.deallocate()
    }

    private static func makeTable(capacity: Int, depth: UInt64) -> UnsafeMutablePointer<UInt64> {
        let table = UnsafeMutablePointer<UInt64>.allocate(capacity: headWords + capacity)
        unsafe table.initialize(repeating: 0, count: headWords + capacity)
        unsafe table[maskWord] = UInt64(capacity - 1)
        unsafe table[depthWord] = depth
        return unsafe table
    }

    private func forEachTable(_ body: (UnsafeMutablePointer<UInt64>, _ first: Int) -> Void) {
        var position = 0
        while position < 1 << Int(depth) {
            let table = unsafe directory[position]
            // Read before `body` can free the table.
            let span = unsafe 1 << Int(depth - table[Self.depthWord])
            unsafe body(table, position)
            position += span
        }
    }

    /// The number of entries in all tables, including empty ones.
    var capacity: Int {
        var total = 0
        unsafe forEachTable { table, _ in total += Int(unsafe table[Self.maskWord]) + 1 }
        return total
    }

    // MARK: Entries

    @inline(__always)
    private func table(of hash: UInt32) -> UnsafeMutablePointer<UInt64> {
        unsafe directory[Int(truncatingIfNeeded: (UInt64(hash) &<< depth) &>> 32)]
    }

    /// The first place with this hash for which `isMatch` returns true. O(1) expected.
    @inline(__always)
    func find(_ hash: UInt32, where isMatch: (SlotReference) -> Bool) -> SlotReference? {
        let table = unsafe table(of: hash)
        let mask = unsafe table[Self.maskWord]
        let entries = unsafe table + Self.headWords
        var position = UInt64(hash) & mask
        while true {
            let entry = unsafe entries[Int(truncatingIfNeeded: position)]
            if entry == 0 { return nil }
            if UInt32(truncatingIfNeeded: entry >> 32) == hash {
                let reference = SlotReference(bits: UInt32(truncatingIfNeeded: entry) &- 1)
                if isMatch(reference) { return reference }
            }
            position = (position &+ 1) & mask
        }
    }

    private static func entry(_ hash: UInt32, _ reference: SlotReference) -> UInt64 {
        UInt64(hash) << 32 | UInt64(reference.bits + 1)
    }

    /// Adds a place that the index does not contain yet.
    func insert(_ hash: UInt32, _ reference: SlotReference) {
        while true {
            let table = unsafe table(of: hash)
            let (count, mask) = unsafe (table[Self.countWord], table[Self.maskWord])
            guard (count + 1) * 4 > (mask + 1) * 3 else { break }
            // At full depth, a table doubles instead, because splitting would not separate equal hashes.
            let isDeepest = unsafe table[Self.depthWord] == 16
            if mask + 1 < Self.maxTable || isDeepest {
                unsafe resize(table, of: hash, to: 2 * Int(mask + 1))
            } else {
                unsafe split(table, of: hash)
            }
        }
        unsafe Self.place(Self.entry(hash, reference), in: table(of: hash))
        count += 1
    }

    /// Reads the entries of hashes that are about to be replaced or removed, so that their cache misses overlap.
    func prefetch(_ hashes: some Sequence<UInt32>) {
        var sum: UInt64 = 0
        for hash in hashes {
            let table = unsafe table(of: hash)
            sum &+= unsafe table[Self.headWords + Int(UInt64(hash) & table[Self.maskWord])]
        }
        // Keeps the compiler from removing the reads.
        prefetched = sum
    }

    func replace(_ hash: UInt32, _ old: SlotReference, by new: SlotReference) {
        guard let position = find(Self.entry(hash, old)) else { return assertionFailure("the index has no such place") }
        unsafe table(of: hash)[position] = Self.entry(hash, new)
    }

    /// Removes a place. Frees no memory, see ``shrinkTables(from:)``.
    func remove(_ hash: UInt32, _ reference: SlotReference) {
        guard let position = find(Self.entry(hash, reference)) else {
            return assertionFailure("the index has no such place")
        }
        let table = unsafe table(of: hash)
        let mask = unsafe table[Self.maskWord]
        let entries = unsafe table + Self.headWords
        // Moves later entries into the hole, but none before the position that its own hash selects.
        var hole = UInt64(position - Self.headWords)
        var next = (hole + 1) & mask
        while true {
            let entry = unsafe entries[Int(next)]
            guard entry != 0 else { break }
            if (next &- (entry >> 32)) & mask >= (next &- hole) & mask {
                unsafe entries[Int(hole)] = entry
                hole = next
            }
            next = (next + 1) & mask
        }
        unsafe entries[Int(hole)] = 0
        unsafe table[Self.countWord] -= 1
        count -= 1
    }

    private func find(_ entry: UInt64) -> Int? {
        let table = unsafe table(of: UInt32(entry >> 32))
        let mask = unsafe table[Self.maskWord]
        var position = (entry >> 32) & mask
        while true {
            let found = unsafe table[Self.headWords + Int(position)]
            if found == entry { return Self.headWords + Int(position) }
            if found == 0 { return nil }
            position = (position + 1) & mask
        }
    }

    private static func place(_ entry: UInt64, in table: UnsafeMutablePointer<UInt64>) {
        let mask = unsafe table[maskWord]
        var position = (entry >> 32) & mask
        while unsafe table[headWords + Int(position)] != 0 { position = (position + 1) & mask }
        unsafe table[headWords + Int(position)] = entry
        unsafe table[countWord] += 1
    }

    // MARK: Size

    private static func forEachEntry(of table: UnsafeMutablePointer<UInt64>, _ body: (UInt64) -> Void) {
        for position in unsafe 0...Int(table[maskWord]) {
            let entry = unsafe table[headWords + position]
            if entry != 0 { body(entry) }
        }
    }

    /// Halves, as often as possible, those of the next tables that are mostly empty. Takes some microseconds. Returns
    /// the position to continue at, or nil at the end.
    func shrinkTables(from position: Int) -> Int? {
        var position = position
        var shrunk = 0
        for _ in 0..<128 {
            guard position < 1 << Int(depth), shrunk < 4 else { break }
            let table = unsafe directory[position]
            let span = unsafe 1 << Int(depth - table[Self.depthWord])
            let count = Int(unsafe table[Self.countWord])
            let capacity = Int(unsafe table[Self.maskWord]) + 1
            var smaller = capacity
            while smaller > 8, count * 4 < smaller { smaller /= 2 }
            if count * 8 < capacity, smaller < capacity {
                let hash = UInt32(truncatingIfNeeded: (UInt64(position) << 32) >> depth)
                unsafe resize(table, of: hash, to: smaller)
                shrunk += 1
            }
            // The directory may have doubled since the last call: then a table's other positions lead to it again.
            position = (position / span + 1) * span
        }
        return position < 1 << Int(depth) ? position : nil
    }

    private func resize(_ table: UnsafeMutablePointer<UInt64>, of hash: UInt32, to capacity: Int) {
        let depth = unsafe table[Self.depthWord]
        let other = unsafe Self.makeTable(capacity: capacity, depth: depth)
        unsafe Self.forEachEntry(of: table) { unsafe Self.place($0, in: other) }
        unsafe enter(other, depth, of: hash)
        unsafe table.deallocate()
    }

    private func split(_ table: UnsafeMutablePointer<UInt64>, of hash: UInt32) {
        let old = unsafe table[Self.depthWord]
        if old == depth { doubleDirectory() }
        let capacity = unsafe Int(table[Self.maskWord]) + 1
        let lower = unsafe Self.makeTable(capacity: capacity, depth: old + 1)
        let upper = unsafe Self.makeTable(capacity: capacity, depth: old + 1)
        let bit = UInt64(1) << (63 - old)
        unsafe Self.forEachEntry(of: table) { unsafe Self.place($0, in: $0 & bit == 0 ? lower : upper) }
        let hash = UInt64(hash) << 32
        unsafe enter(lower, old + 1, of: UInt32((hash & ~bit) >> 32))
        unsafe enter(upper, old + 1, of: UInt32((hash | bit) >> 32))
        unsafe table.deallocate()
    }

    /// Stores a table in all directory entries that share the hash's first `tableDepth` bits.
    private func enter(_ table: UnsafeMutablePointer<UInt64>, _ tableDepth: UInt64, of hash: UInt32) {
        let span = 1 << Int(depth - tableDepth)
        let first = Int((UInt64(hash) << tableDepth) >> 32) * span
        for position in first..<(first + span) { unsafe directory[position] = table }
    }

    private func doubleDirectory() {
        let size = 1 << Int(depth)
        let larger = UnsafeMutablePointer<UnsafeMutablePointer<UInt64>>.allocate(capacity: 2 * size)
        for position in 0..<size {
            unsafe (larger + 2 * position).initialize(to: directory[position])
            unsafe (larger + 2 * position + 1).initialize(to: directory[position])
        }
        unsafe directory.deallocate()
        unsafe directory = unsafe larger
        depth += 1
    }
}
