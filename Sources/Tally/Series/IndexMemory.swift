internal import Synchronization

/// The memory of an index: a word that holds the shift of hashes, then pairs of a key and an address.
enum IndexMemory {
    /// Allocates zeroed memory, which the system provides on first touch: a large table costs nothing at first.
    static func allocate(bits: UInt64) -> UnsafeMutablePointer<Atomic<UInt64>> {
        let words = 1 + 2 << Int(bits)
        // Swift's own allocations trap as well when memory runs out.
        guard let memory = unsafe System.allocateZeroed(words, size: MemoryLayout<UInt64>.size) else {
            fatalError("Tally: out of memory, could not allocate a table of \(words) words")
        }
        let table = unsafe memory.bindMemory(to: Atomic<UInt64>.self, capacity: words)
        unsafe table.pointee.store(64 - bits, ordering: .relaxed)
        return unsafe table
    }
}
