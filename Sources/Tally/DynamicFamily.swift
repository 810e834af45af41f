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
        guard values.count == storage.definition.labelNames.count else {
            storage.definition.context.rejected.count(.labelCount)
            return Child._handle(to: _Series(storage.discardCell()))
        }
        return unsafe withText(values) { text, shortened in
            if shortened > 0 { storage.definition.context.rejected.countShortened() }
            return Child._handle(to: _Series(unsafe storage.child(text)))
        }
    }

    /// Stops exposing the child with these label values, as ``Family/remove(_:)`` does. Returns whether there was one.
    @discardableResult
    public func remove(_ values: [String]) -> Bool {
        guard values.count == storage.definition.labelNames.count else { return false }
        return unsafe withText(values) { text, _ in unsafe storage.remove(text) }
    }

    /// Stops exposing all children.
    public func removeAll() {
        storage.removeAll()
    }

    /// Leaves one child, with these values, which must be as many as the labels.
    func replaceAll(with values: [String]) {
        unsafe withText(values) { text, shortened in
            if shortened > 0 { storage.definition.context.rejected.countShortened() }
            unsafe storage.replaceAll(with: text)
        }
    }

    /// How many children are exposed, the overflow child included.
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
