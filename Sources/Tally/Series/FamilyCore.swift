public import Synchronization

/// The state that all copies of a family share, with the lookup from a label set to its child.
///
/// Takes label sets by address, because a class generic over them would not be specialised in the client's module.
///
/// Unchecked `Sendable`, because pointers are not: they point to atomics, in memory of the indexes or never freed.
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
    /// The index of children by bytes, if there is no closed one.
    private let open: OpenIndex<Child>?
    /// The part of that index that lookups read.
    @usableFromInline
    let lookup: UnsafePointer<OpenLookup>?
    @usableFromInline
    let sections: UnsafeMutablePointer<Atomic<UInt>>
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
        let keys = closed == nil ? KeyField.all(of: fields) : nil
        open = keys.map { storage.openIndex(for: labels, keyedBy: $0, of: Child.self) }
        unsafe lookup = open.map { unsafe UnsafePointer($0.lookup) }
        unsafe sections = ReadSections.memory
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

    /// Runs `body` on the handle in the open index, if there is one. Neither locks nor allocates. `body` must not wait.
    @inlinable
    @inline(__always)
    func withOpenHandle<Labels, Result>(of labels: Labels, _ body: (UnsafePointer<Child>) -> Result) -> Result? {
        guard let lookup = unsafe lookup else { return nil }
        let section = unsafe ReadSections.enter(sections)
        defer { unsafe ReadSections.leave(section) }
        let record = unsafe withUnsafePointer(to: labels) { unsafe lookup.pointee.record(of: UnsafeRawPointer($0)) }
        guard let record = unsafe record else { return nil }
        return unsafe body((record + OpenRecord.childOffset).assumingMemoryBound(to: Child.self))
    }

    /// Runs `body` on the handle of a child, which stays valid meanwhile without a reference of its own. `body` must
    /// not wait.
    @inlinable
    @inline(__always)
    func withHandle<Labels>(of labels: Labels, _ body: (UnsafePointer<Child>) -> Void) {
        defer { withExtendedLifetime(self) {} }
        if let handle = unsafe handle(of: labels) { return unsafe body(handle) }
        if unsafe withOpenHandle(of: labels, body) != nil { return }
        let child = child(of: labels)
        unsafe withUnsafePointer(to: child, body)
    }

    @inlinable
    @inline(__always)
    func child<Labels>(of labels: Labels) -> Child {
        Child._handle(to: _Series(unsafe withUnsafePointer(to: labels) { unsafe cell(UnsafeRawPointer($0)) }))
    }

    @usableFromInline
    @inline(never)
    func cell(_ labels: UnsafeRawPointer) -> SeriesCell {
        if let closed {
            let key = unsafe packing.key(at: labels)
            return unsafe text.cell(labels) { closed.insert(key, $0) }
        }
        guard let open else { return unsafe text.cell(labels) }
        if open.isWaiting.load(ordering: .relaxed) { storage.reclaimIndexes() }
        return unsafe text.cell(labels) { unsafe open.insert(labels, $0) }
    }

    /// Counts an update that was rejected.
    @usableFromInline
    @inline(never)
    func reject(_ reason: RejectedUpdates.Reason) { storage.definition.context.rejected.count(reason) }

    @usableFromInline
    func remove(_ labels: UnsafeRawPointer) -> Bool { unsafe text.remove(labels) }

    func reserve<Labels>(_ labels: Labels) {
        unsafe withUnsafePointer(to: labels) { unsafe text.reserve(UnsafeRawPointer($0)) }
    }

    private func expose<Cases: CaseIterable, Labels: LabelSet>(_ cases: Cases.Type, as labels: Labels.Type) {
        for labels in cases.allCases {
            if let labels = labels as? Labels { _ = child(of: labels) }
        }
    }
}
