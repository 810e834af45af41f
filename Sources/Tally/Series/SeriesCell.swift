public import Synchronization

/// The words of storage that one series owns, and the block that keeps them allocated. Handles are made from it.
///
/// Unchecked, since a pointer is not `Sendable`: it points at an `Atomic`, which any thread may use at any time, in
/// memory that neither moves nor goes before `block` does.
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

    /// Lends the words, and keeps the block until they have been used: the compiler sees no connection between the two,
    /// and would otherwise let go of a block that only this handle keeps before the words are touched.
    @inlinable
    @inline(__always)
    func withWords<Result>(_ body: (UnsafeMutablePointer<Atomic<UInt64>>) -> Result) -> Result {
        defer { withExtendedLifetime(block) {} }
        return unsafe body(words)
    }

    /// The object that the instrument keeps for the family, which must be of that type.
    @inlinable
    func details<Details: AnyObject>(as type: Details.Type) -> Details {
        unsafe unsafeDowncast(block.definition.details, to: type)
    }

    /// The word as a floating-point number.
    @usableFromInline
    var double: Double { unsafe withWords { unsafe Double(bitPattern: $0.pointee.load(ordering: .relaxed)) } }

    @inlinable
    func store(_ value: Double) {
        unsafe withWords { unsafe $0.pointee.store(value.bitPattern, ordering: .relaxed) }
    }

    /// Adds to the word as a floating-point number: a compare-exchange loop, which no update can be lost in.
    @inlinable
    func add(_ amount: Double) { unsafe withWords { unsafe $0.pointee.addDouble(amount) } }

    /// Keeps an exemplar of one of the words, or counts it as refused.
    func keep(_ exemplar: Exemplar, of value: Double, word: Int = 0) {
        guard value.isFinite, let text = exemplar.text(value, at: definition.context.wallSeconds()) else {
            return reject(.exemplar)
        }
        block.setExemplar(text, at: unsafe words - block.words + word)
    }

    /// Counts an update that was refused. Out of line, so that the callers' fast paths stay small.
    @usableFromInline
    @inline(never)
    func reject(_ reason: RejectedUpdates.Reason) { definition.context.rejected.count(reason) }
}

extension Atomic where Value == UInt64 {
    /// Adds a finite amount. A finite value stays finite: it stops at the largest there is, from which it can come
    /// back.
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
