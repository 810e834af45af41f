public import Synchronization

/// The state that all copies of a family share, with the lookup from a label set to its child.
///
/// Takes label sets by address, because a class generic over them would not be specialised in the client's module.
///
/// Unchecked `Sendable`, because a pointer is not: `table` points to an atomic, in memory of `closed`.
@safe
@usableFromInline
final class FamilyCore<Child: Instrument>: @unchecked Sendable {
    let storage: FamilyStorage
    /// The index of children by packed labels, if a label set fits into one word.
    private let closed: ClosedIndex<Child>?
    @usableFromInline
    let table: UnsafePointer<Atomic<UInt>>?
    @usableFromInline
    let packing: KeyPacking
    private let text: LabelText

    init<Labels: LabelSet>(storage: FamilyStorage, labels: Labels.Type, schema: [Label<Labels>]) {
        let fields = schema.map(\.field)
        let packing = KeyPacking(fields)
        self.storage = storage
        self.packing = packing ?? .none
        text = LabelText(storage: storage, fields: fields)
        // Expiry has to observe each lookup, so families with an idle timeout use no index.
        closed =
            storage.definition.idleTimeout != nil
            ? nil : packing.map { storage.closedIndex(for: labels, packedBy: $0, of: Child.self) }
        unsafe table = closed.map { unsafe UnsafePointer($0.table) }
        // All series of a `CaseIterable` label set are known, so they are exposed at zero.
        if let cases = labels as? any CaseIterable.Type { expose(cases, as: labels) }
    }

    /// The handle in the closed index, if there is one. Neither locks nor allocates.
    @inlinable
    @inline(__always)
    func handle<Labels>(of labels: Labels) -> UnsafePointer<Child>? {
        guard let table = unsafe table else { return nil }
        let key = unsafe withUnsafePointer(to: labels) { unsafe packing.key(at: UnsafeRawPointer($0)) }
        return unsafe ClosedIndex.find(key, in: table)
    }

    @inlinable
    @inline(__always)
    func child<Labels>(of labels: Labels) -> Child {
        Child._handle(to: _Series(unsafe withUnsafePointer(to: labels) { unsafe cell(UnsafeRawPointer($0)) }))
    }

    @usableFromInline
    @inline(never)
    func cell(_ labels: UnsafeRawPointer) -> SeriesCell {
        guard let closed else { return unsafe text.cell(labels) }
        let key = unsafe packing.key(at: labels)
        return unsafe text.cell(labels) { closed.insert(key, $0) }
    }

    @usableFromInline
    func remove(_ labels: UnsafeRawPointer) -> Bool { unsafe text.remove(labels) }

    private func expose<Cases: CaseIterable, Labels: LabelSet>(_ cases: Cases.Type, as labels: Labels.Type) {
        for labels in cases.allCases {
            if let labels = labels as? Labels { _ = child(of: labels) }
        }
    }
}
