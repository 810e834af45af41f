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
    let core: FamilyCore<Labels>

    init(core: FamilyCore<Labels>) {
        self.core = core
    }

    /// The child of a label set, made if it does not exist, or brought back if it was removed.
    ///
    /// Does not allocate when the child exists. Label sets of enums and Booleans alone take no lock then; others take
    /// the family's, which no scrape holds for longer than it takes to copy a reference.
    @inlinable
    public subscript(labels: Labels) -> Child {
        Child(cell: core.child(labels))
    }

    /// Stops exposing the child of a label set. Returns whether there was one.
    ///
    /// A handle that is still held goes on counting, unseen. The next lookup of the label set exposes that same child
    /// again, with what it has counted; if no handle to it was left, it may begin again at zero.
    @discardableResult
    public func remove(_ labels: Labels) -> Bool {
        unsafe core.withText(labels) { text, _ in unsafe core.storage.remove(text) }
    }

    /// Stops exposing all children, as ``remove(_:)`` does one.
    public func removeAll() {
        core.storage.removeAll()
    }

    /// How many children are exposed, the overflow child included.
    public var count: Int { core.storage.liveCount }
}

/// What all copies of a family share, and the ways from a label set to its child.
@usableFromInline
final class FamilyCore<Labels: LabelSet>: Sendable {
    @usableFromInline
    let storage: FamilyStorage
    /// Present if the label set packs into a word.
    @usableFromInline
    let closed: ClosedIndex?
    @usableFromInline
    let packing: KeyPacking?
    private let schema: [Label<Labels>]

    init(storage: FamilyStorage, schema: [Label<Labels>]) {
        self.storage = storage
        self.schema = schema
        packing = KeyPacking(Labels.self, schema: schema)
        closed = packing == nil ? nil : storage.closedIndex(for: Labels.self)
        exposeAllCases()
    }

    @inlinable
    func child(_ labels: Labels) -> SeriesCell {
        if let closed, let packing, let words = unsafe closed.find(packing.key(of: labels)) {
            return unsafe SeriesCell(owner: storage, words: words)
        }
        return childByText(labels)
    }

    @usableFromInline
    @inline(never)
    func childByText(_ labels: Labels) -> SeriesCell {
        let entry = closed.flatMap { index in packing.map { (index: index, key: $0.key(of: labels)) } }
        return unsafe withText(labels) { text, shortened in
            if shortened > 0 { storage.definition.context.rejected.countShortened() }
            return unsafe storage.child(text, closed: entry)
        }
    }

    func withText<Result>(
        _ labels: Labels,
        _ body: (UnsafeBufferPointer<UInt8>, _ shortened: Int) -> Result
    ) -> Result {
        let fragments = storage.definition.fragments
        return unsafe withUnsafePointer(to: labels) { root in
            unsafe LabelTextWriter.withText(
                { writer in
                    for index in schema.indices {
                        writer.append(fragments[index])
                        unsafe schema[index].write(root, &writer)
                    }
                    if !fragments.isEmpty { writer.append(UInt8(ascii: "\"")) }
                },
                body
            )
        }
    }

    /// A `CaseIterable` label set is closed, so all its series exist, at zero, from the start.
    private func exposeAllCases() {
        guard let type = Labels.self as? any CaseIterable.Type else { return }
        expose(type)
    }

    private func expose<Cases: CaseIterable>(_ type: Cases.Type) {
        for labels in type.allCases {
            if let labels = labels as? Labels { _ = child(labels) }
        }
    }
}
