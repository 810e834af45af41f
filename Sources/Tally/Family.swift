public import Synchronization

/// Instruments of one name that differ in their labels: one child for each label set in use.
///
/// ```swift
/// let requests = Family<Route, Counter>("http_requests_total", help: "Requests served.", in: registry)
/// requests[Route(method: .get, outcome: .ok)].increment()
/// ```
///
/// A handle from the subscript can be kept, and is then as fast as an instrument without labels. A family is a small
/// value; copies share its children. Registering the same definition again gives the same family.
///
/// Every family has a limit of children, 1,000 unless told otherwise. Once it is reached, new label sets share one
/// further child, whose label values are `other`; nothing is lost, and `tally_family_overflow_total{family}` counts
/// the lookups that were answered so.
public struct Family<Labels: LabelSet, Child: Instrument>: Sendable {
    @usableFromInline
    let core: FamilyCore<Child>

    init(core: FamilyCore<Child>) {
        self.core = core
    }

    /// The child of a label set, made if it does not exist, or brought back if it was removed.
    ///
    /// Does not allocate when the child exists and its text is of some 400 bytes at most. Label sets of enums and Booleans
    /// alone take no lock then; others take the family's, which nothing holds for work on more than a page of at most
    /// 1,024 children.
    @inlinable
    public subscript(labels: Labels) -> Child {
        // Kept until the handle, which is in its memory, has been copied.
        defer { withExtendedLifetime(core) {} }
        if let handle = unsafe core.handle(of: labels) { return unsafe handle.pointee }
        return core.child(of: labels)
    }

    /// Stops exposing the child of a label set. Returns whether there was one.
    ///
    /// A handle that is still held goes on counting, unseen. The next lookup of the label set exposes that same child
    /// again, with what it has counted; if no handle to it was left, it may begin again at zero.
    @discardableResult
    public func remove(_ labels: Labels) -> Bool {
        unsafe withUnsafePointer(to: labels) { unsafe core.remove(UnsafeRawPointer($0)) }
    }

    /// Stops exposing all children, as ``remove(_:)`` does one.
    public func removeAll() {
        core.storage.removeAll()
    }

    /// How many children are exposed, the overflow child included.
    public var count: Int { core.storage.liveCount }
}

/// What all copies of a family share, and the ways from a label set to its child.
///
/// Knows label sets by their address only: a class generic in them would not be specialised in the user's module.
///
/// Unchecked `Sendable`, since a pointer is not: `table` points at an atomic, in memory of `closed`.
@safe
@usableFromInline
final class FamilyCore<Child: Instrument>: @unchecked Sendable {
    let storage: FamilyStorage
    /// Present if the label set packs into a word.
    private let closed: ClosedIndex<Child>?
    /// The index's table.
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
        // Lookups of children that may expire have to be seen.
        closed =
            storage.definition.idleTimeout != nil
            ? nil : packing.map { storage.closedIndex(for: labels, packedBy: $0, of: Child.self) }
        unsafe table = closed.map { unsafe UnsafePointer($0.table) }
        // A `CaseIterable` label set is closed, so all its series exist, at zero, from the start.
        if let cases = labels as? any CaseIterable.Type { expose(cases, as: labels) }
    }

    /// The handle that the closed index keeps, if it does. Neither locks nor allocates.
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
    func remove(_ labels: UnsafeRawPointer) -> Bool {
        unsafe text.remove(labels)
    }

    private func expose<Cases: CaseIterable, Labels: LabelSet>(_ cases: Cases.Type, as labels: Labels.Type) {
        for labels in cases.allCases {
            if let labels = labels as? Labels { _ = child(of: labels) }
        }
    }
}
