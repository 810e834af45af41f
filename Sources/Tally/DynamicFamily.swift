/// A family whose label names come at run time, looked up by the values in the same order.
///
/// ```swift
/// let jobs = try Counter.family(
///     validating: "queue_jobs_total", help: "Jobs by queue.", labelNames: ["queue", "state"], in: registry)
/// jobs[["mail", "done"]].increment()
/// ```
///
/// Where the label names are known when the program is written, ``Family`` is safer and faster.
public struct DynamicFamily<Child: Instrument>: Sendable {
    let storage: FamilyStorage

    /// The label names, in the order in which values are given.
    public var labelNames: [String] { storage.definition.labelNames }

    /// The child with these label values, made if it does not exist, or brought back if it was removed.
    ///
    /// A wrong number of values gives a child that is never exposed, and is counted in
    /// `tally_rejected_updates_total{reason="label_count"}`. Takes the family's lock; does not allocate when the child
    /// exists.
    public subscript(values: [String]) -> Child {
        Child._handle(to: _Series(storage.child(values)))
    }

    /// Stops exposing the child with these label values, as ``Family/remove(_:)`` does. Returns whether there was one.
    @discardableResult
    public func remove(_ values: [String]) -> Bool { storage.remove(values) }

    /// Stops exposing all children.
    public func removeAll() { storage.removeAll() }

    /// The number of exposed children, the overflow child included.
    public var count: Int { storage.liveCount }
}
