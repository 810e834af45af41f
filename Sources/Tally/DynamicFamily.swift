/// A family whose label names are known only at run time. Lookups take the values in the order of the names.
///
/// ```swift
/// let jobs = try Counter.family(
///     validating: "queue_jobs_total", help: "Jobs by queue.", labelNames: ["queue", "state"], in: registry)
/// jobs[["mail", "done"]].increment()
/// ```
///
/// Prefer ``Family``, which is safer and faster, for label names that are known at compile time.
public struct DynamicFamily<Child: Instrument>: Sendable {
    let storage: FamilyStorage

    /// The label names, in the order in which a lookup takes the values.
    public var labelNames: [String] { storage.definition.labelNames }

    /// The child with these label values. Creates the child if it does not exist, and exposes it again if it was
    /// removed.
    ///
    /// A wrong number of values returns a child that is never exposed, and is counted in
    /// `tally_rejected_updates_total{reason="label_count"}`. Takes the family's lock. Does not allocate if the child
    /// exists.
    public subscript(values: [String]) -> Child {
        guard values.count == storage.definition.labelNames.count else {
            storage.definition.context.rejected.count(.labelCount)
            return Child._handle(to: _Series(storage.discardCell()))
        }
        return unsafe withText(values) { text, shortened in
            if shortened > 0 { storage.definition.context.rejected.countShortened() }
            return Child._handle(to: _Series(unsafe storage.child(text)))
        }
    }

    /// Removes the child with these label values, as ``Family/remove(_:)`` does, and returns whether it existed.
    @discardableResult
    public func remove(_ values: [String]) -> Bool {
        guard values.count == storage.definition.labelNames.count else { return false }
        return unsafe withText(values) { text, _ in unsafe storage.remove(text) }
    }

    /// Removes all children from the exposition.
    public func removeAll() {
        storage.removeAll()
    }

    /// Replaces all children by one with these values, one for each label.
    func replaceAll(with values: [String]) {
        unsafe withText(values) { text, shortened in
            if shortened > 0 { storage.definition.context.rejected.countShortened() }
            unsafe storage.replaceAll(with: text)
        }
    }

    /// The number of exposed children, including the overflow child.
    public var count: Int { storage.liveCount }

    private func withText<Result>(
        _ values: [String],
        _ body: (UnsafeBufferPointer<UInt8>, _ shortened: Int) -> Result
    ) -> Result {
        let fragments = storage.definition.fragments
        return unsafe LabelTextWriter.withText(
            { writer in
                for index in values.indices {
                    writer.append(fragments[index])
                    writer.append(value: values[index])
                }
                if !values.isEmpty { writer.append(UInt8(ascii: "\"")) }
            },
            body
        )
    }
}
