public import Synchronization

/// Sections in which threads read memory without a lock. A writer that has unpublished memory frees it once every
/// section that may still read it has ended.
///
/// A section costs two atomic additions to a counter that few threads share. Counters have two phases, as in sleepable
/// RCU: while a writer waits for one phase to empty, new sections enter the other, so that no load starves it.
/// https://www.kernel.org/doc/html/latest/RCU/whatisRCU.html
@usableFromInline
enum ReadSections {
    /// The number of counters of a phase. Few threads meet in one by chance.
    @usableFromInline
    static let stripes = 64
    /// The words from one stripe to the next, of which the first two are the counters of both phases.
    @usableFromInline
    static let stride = Stripes.words

    /// The number of changes of phase, whose lowest bit is the phase that new sections enter, and then the stripes.
    /// Never freed, because all families share it.
    ///
    /// Unsafe only because a pointer is not `Sendable`: it never changes, and points at atomics.
    nonisolated(unsafe) static let memory: UnsafeMutablePointer<Atomic<UInt>> = {
        let words = (1 + stripes) * stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: words * MemoryLayout<UInt>.size, alignment: 128)
        let counters = unsafe memory.bindMemory(to: Atomic<UInt>.self, capacity: words)
        for index in 0..<words { unsafe (counters + index).initialize(to: Atomic(0)) }
        return unsafe counters
    }()

    /// Begins a section. Pass the result to ``leave(_:)``.
    ///
    /// This addition and the next load of a published address are sequentially consistent: either the thread sees the
    /// new address, or the writer sees the section.
    @inlinable
    @inline(__always)
    static func enter(_ memory: UnsafeMutablePointer<Atomic<UInt>>) -> UnsafeMutablePointer<Atomic<UInt>> {
        let stripe = Stripes.current(mask: UInt(truncatingIfNeeded: stripes - 1))
        let phase = unsafe memory.pointee.load(ordering: .relaxed)
        let counter = unsafe memory + ((1 &+ stripe) &* stride &+ Int(bitPattern: phase & 1))
        unsafe counter.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
        return unsafe counter
    }

    @inlinable
    @inline(__always)
    static func leave(_ counter: UnsafeMutablePointer<Atomic<UInt>>) {
        unsafe counter.pointee.wrappingSubtract(1, ordering: .releasing)
    }

    /// The time until all sections have ended that were open at its creation.
    struct GracePeriod {
        /// The stripes of each phase in which a section may still be open, a bit each.
        private var open = SIMD2<UInt64>(.max, .max)
        /// The number of changes of phase when it was created, and at the last look.
        private let first: UInt
        private var latest: UInt
        /// The stripes of the phase that new sections do not enter, in which one may be open since the latest change.
        private var draining = UInt64.max

        init() {
            first = unsafe ReadSections.memory.pointee.load(ordering: .sequentiallyConsistent)
            latest = first
        }

        /// Returns true once every section has ended. Never waits.
        ///
        /// A counter that has been zero since the creation counts no section from before. Periods share the phase, so
        /// each changes it only after it has seen the other phase empty since the last change. After three changes,
        /// both phases have been empty since the creation of every waiting period.
        mutating func hasPassed() -> Bool {
            let memory = unsafe ReadSections.memory
            let current = unsafe memory.pointee.load(ordering: .sequentiallyConsistent)
            if current &- first >= 3 { return true }
            if current != latest { (latest, draining) = (current, .max) }
            let entered = Int(current & 1)
            Self.look(at: 1 - entered, &draining)
            open[1 - entered] &= draining
            if draining == 0 {
                _ = unsafe memory.pointee.compareExchange(
                    expected: current,
                    desired: current &+ 1,
                    ordering: .sequentiallyConsistent
                )
            }
            Self.look(at: entered, &open[entered])
            return open[0] | open[1] == 0
        }

        private static func look(at phase: Int, _ open: inout UInt64) {
            for stripe in 0..<ReadSections.stripes where open & (1 << UInt64(stripe)) != 0 {
                let counter = unsafe ReadSections.memory + ((1 + stripe) * ReadSections.stride + phase)
                if unsafe counter.pointee.load(ordering: .sequentiallyConsistent) == 0 {
                    open &= ~(1 << UInt64(stripe))
                }
            }
        }
    }
}
