public import Synchronization

/// Instruments with the same name and different labels: one child for each label set in use.
///
/// ```swift
/// let requests = Family<Route, Counter>("http_requests_total", help: "Requests served.", in: registry)
/// requests[Route(method: .get, outcome: .ok)].increment()
/// ```
///
/// Keep the handle that the subscript returns, and it is as fast as an instrument without labels. A family is a small
/// value, and its copies share the children. Registering the same definition again returns the same family.
///
/// A family has at most `maxChildren` children, 1,000 by default. Beyond that, new label sets share one more child,
/// whose label values are `other`, so that no count is lost. `tally_family_overflow_total{family}` counts these
/// lookups.
public struct Family<Labels: LabelSet, Child: Instrument>: Sendable {
    @usableFromInline
    let core: FamilyCore<Child>

    init(core: FamilyCore<Child>) {
        self.core = core
    }

    /// The child of a label set. Creates the child if it does not exist, and exposes it again if it was removed.
    ///
    /// A lookup of an existing child does not allocate, unless the text of its labels is longer than about 400 bytes.
    /// It takes no lock if all labels are enums or Booleans. Otherwise it takes the family's lock, which is never held
    /// for work on more than one page of 1,024 children.
    @inlinable
    public subscript(labels: Labels) -> Child {
        // The core owns the memory of the handle, so it must live until the handle is copied.
        defer { withExtendedLifetime(core) {} }
        if let handle = unsafe core.handle(of: labels) { return unsafe handle.pointee }
        return core.child(of: labels)
    }

    /// Removes the child of a label set from the exposition and returns whether it existed.
    ///
    /// Existing handles keep counting, unexposed. The next lookup of the label set exposes the same child with its
    /// count. Without a remaining handle, the child may restart at zero.
    @discardableResult
    public func remove(_ labels: Labels) -> Bool {
        unsafe withUnsafePointer(to: labels) { unsafe core.remove(UnsafeRawPointer($0)) }
    }

    /// Removes all children from the exposition, as ``remove(_:)`` does for one.
    public func removeAll() {
        core.storage.removeAll()
    }

    /// The number of exposed children, including the overflow child.
    public var count: Int { core.storage.liveCount }
}

/// The state that all copies of a family share, with the lookup from a label set to its child.
///
/// It receives label sets by address: a class that is generic over them would not be specialised in the user's module.
///
/// Unchecked `Sendable`, since a pointer is not: `table` points at an atomic, in memory of `closed`.
@safe
@usableFromInline
final class FamilyCore<Child: Instrument>: @unchecked Sendable {
    let storage: FamilyStorage
    /// The index of children by packed labels, if a label set fits into one word.
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
        // Expiry has to observe each lookup, so families with an idle timeout use no index.
        closed =
            storage.definition.idleTimeout != nil
            ? nil : packing.map { storage.closedIndex(for: labels, packedBy: $0, of: Child.self) }
        unsafe table = closed.map { unsafe UnsafePointer($0.table) }
        // All series of a `CaseIterable` label set are known, so they start at zero.
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
    func remove(_ labels: UnsafeRawPointer) -> Bool {
        unsafe text.remove(labels)
    }

    private func expose<Cases: CaseIterable, Labels: LabelSet>(_ cases: Cases.Type, as labels: Labels.Type) {
        for labels in cases.allCases {
            if let labels = labels as? Labels { _ = child(of: labels) }
        }
    }
}
