public import Synchronization

/// The words of one series, and the block that keeps them allocated. Handles are made from it.
///
/// Unchecked `Sendable`, because a pointer is not: it points to atomics, at a stable address while `block` lives.
@safe
@usableFromInline
struct SeriesCell: @unchecked Sendable {
    @usableFromInline
    let block: SeriesBlock
    @usableFromInline
    let words: UnsafeMutablePointer<Atomic<UInt64>>

    init(block: SeriesBlock, words: UnsafeMutablePointer<Atomic<UInt64>>) {
        self.block = block
        unsafe self.words = words
    }
}

extension SeriesCell {
    @usableFromInline
    var definition: FamilyDefinition { block.definition }

    /// Calls `body` with the words and retains the block until it returns. The compiler sees no connection between the
    /// two, and could otherwise release the block before the words are used.
    @inlinable
    @inline(__always)
    func withWords<Result>(_ body: (UnsafeMutablePointer<Atomic<UInt64>>) -> Result) -> Result {
        defer { withExtendedLifetime(block) {} }
        return unsafe body(words)
    }

    /// The object that the instrument keeps per family. It must be of this type.
    @inlinable
    func details<Details: AnyObject>(as type: Details.Type) -> Details {
        unsafe unsafeDowncast(block.definition.details, to: type)
    }

    /// The object that the instrument keeps beside the series' words, if it is of this type. The block retains it.
    @usableFromInline
    func unretainedState<State: AnyObject>(as type: State.Type) -> Unmanaged<State>? {
        guard block.hasStates, let state = block.state(unsafe block.slot(of: words)) as? State else { return nil }
        return unsafe .passUnretained(state)
    }

    @inlinable
    func store(_ value: Double) {
        unsafe withWords { unsafe $0.pointee.store(value.bitPattern, ordering: .relaxed) }
    }

    /// Adds to the word as a floating-point number. A compare-exchange loop, so that no update is lost.
    func add(_ amount: Double) { unsafe withWords { unsafe $0.pointee.addDouble(amount) } }

    /// Counts a rejected update. Out of line, so that the callers' fast paths stay small.
    @usableFromInline
    @inline(never)
    func reject(_ reason: RejectedUpdates.Reason) { definition.context.rejected.count(reason) }
}

extension Atomic where Value == UInt64 {
    /// Adds a finite amount. A finite value saturates at the largest finite number, and can decrease again from there.
    @inlinable
    func addDouble(_ amount: Double) {
        var current = load(ordering: .relaxed)
        while true {
            let old = Double(bitPattern: current)
            var sum = old + amount
            if !sum.isFinite, old.isFinite { sum = amount < 0 ? -.greatestFiniteMagnitude : .greatestFiniteMagnitude }
            let (exchanged, original) = weakCompareExchange(
                expected: current,
                desired: sum.bitPattern,
                ordering: .relaxed
            )
            if exchanged { return }
            current = original
        }
    }
}
