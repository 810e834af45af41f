/// A family whose label names are known only at run time. Lookups take the values in the order of the names.
///
/// ```swift
/// let jobs = try Counter.family(
///     validating: "queue_jobs_total",
///     help: "Jobs by queue.",
///     labelNames: ["queue", "state"],
///     in: registry
/// )
/// jobs[["mail", "done"]].increment()
/// ```
///
/// For label names that are known at compile time, prefer ``Family``, which is safer and faster.
public struct DynamicFamily<Child: Instrument>: Sendable {
    let storage: FamilyStorage

    /// The label names, in the order in which a lookup takes the values.
    public var labelNames: [String] { storage.definition.labelNames }

    /// The child with these label values. Creates a missing child, and exposes a removed one again.
    ///
    /// Takes the family's lock. Does not allocate if the child exists. A wrong number of values returns a child that is
    /// never exposed, and is counted in `tally_rejected_updates_total{reason="label_count"}`.
    public subscript(values: [String]) -> Child {
        Child._handle(to: _Series(storage.child(values)))
    }

    /// Removes the child with these label values, as ``Family/remove(_:)`` does, and returns whether it existed.
    @discardableResult
    public func remove(_ values: [String]) -> Bool { storage.remove(values) }

    /// Removes all children from the exposition.
    public func removeAll() { storage.removeAll() }

    /// The number of exposed children, including the overflow child.
    public var count: Int { storage.liveCount }
}
