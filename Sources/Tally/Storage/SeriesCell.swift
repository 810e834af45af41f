public import Synchronization

/// The words of storage that one series owns, and the page that keeps them allocated. Opaque: handles are made from it.
///
/// Unchecked, since a pointer is not `Sendable`: it points at an `Atomic`, which any thread may use at any time, in
/// memory that neither moves nor goes before `page` does.
@safe
public struct SeriesCell: @unchecked Sendable {
    @usableFromInline
    let page: SeriesPage
    @usableFromInline
    let words: UnsafeMutablePointer<Atomic<UInt64>>

    init(page: SeriesPage, words: UnsafeMutablePointer<Atomic<UInt64>>) {
        self.page = page
        unsafe self.words = words
    }
}

extension SeriesCell {
    @usableFromInline
    var definition: FamilyDefinition { page.definition }

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
