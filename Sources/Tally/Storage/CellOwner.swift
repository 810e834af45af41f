public import Synchronization

/// What a handle keeps alive: the memory its cell lies in, and what it needs when an update is refused.
///
/// Two things own cells: a ``SeriesPage`` (its own), and a ``FamilyStorage`` (those of all its pages, which a closed
/// label set never gives back; one owner for all children lets a lookup skip reference counting).
///
/// Unchecked, since a class that can be inherited from cannot be checked: the one stored property is immutable and
/// `Sendable`; each of the two subclasses, both final, says why it is safe.
@usableFromInline
class CellOwner: @unchecked Sendable {
    @usableFromInline
    final let definition: FamilyDefinition

    init(definition: FamilyDefinition) {
        self.definition = definition
    }
}

/// A word of storage that one series owns, and what keeps it allocated. Opaque: handles are made from it.
///
/// Unchecked, since a pointer is not `Sendable`: it points at an `Atomic`, which any thread may use at any time, in
/// memory that neither moves nor goes before `owner` does.
@safe
public struct SeriesCell: @unchecked Sendable {
    @usableFromInline
    let owner: CellOwner
    @usableFromInline
    let words: UnsafeMutablePointer<Atomic<UInt64>>

    @inlinable
    init(owner: CellOwner, words: UnsafeMutablePointer<Atomic<UInt64>>) {
        self.owner = owner
        unsafe self.words = words
    }
}

extension SeriesCell {
    @usableFromInline
    var definition: FamilyDefinition { owner.definition }

    /// The word as a floating-point number.
    @usableFromInline
    var double: Double {
        unsafe Double(bitPattern: words.pointee.load(ordering: .relaxed))
    }

    @inlinable
    func store(_ value: Double) {
        unsafe words.pointee.store(value.bitPattern, ordering: .relaxed)
    }

    /// Adds to the word as a floating-point number: a compare-exchange loop, which no update can be lost in.
    @inlinable
    func add(_ amount: Double, at offset: Int = 0) {
        unsafe (words + offset).pointee.addDouble(amount)
    }

    /// Counts an update that was refused. Out of line, so that the callers' fast paths stay small.
    @usableFromInline
    @inline(never)
    func reject(_ reason: RejectedUpdates.Reason) {
        definition.context.rejected.count(reason)
    }
}

extension Atomic where Value == UInt64 {
    @inlinable
    func addDouble(_ amount: Double) {
        var current = load(ordering: .relaxed)
        while true {
            let next = (Double(bitPattern: current) + amount).bitPattern
            let (exchanged, original) = weakCompareExchange(expected: current, desired: next, ordering: .relaxed)
            if exchanged { return }
            current = original
        }
    }
}
