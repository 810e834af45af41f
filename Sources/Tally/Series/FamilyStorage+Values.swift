// Lookups by label values that are given at run time, in the order of the label names.

extension FamilyStorage {
    /// The child with these values. Counts a wrong number of values, and then returns a cell that is never exposed.
    func child(_ values: [String]) -> SeriesCell {
        guard values.count == definition.labelNames.count else {
            definition.context.rejected.count(.labelCount)
            return discardCell()
        }
        return unsafe withText(values) { text, shortened in
            if shortened > 0 { definition.context.rejected.countShortened() }
            return unsafe child(text)
        }
    }

    /// Hides the child with these values, and returns whether it was exposed.
    func remove(_ values: [String]) -> Bool {
        guard values.count == definition.labelNames.count else { return false }
        return unsafe withText(values) { text, _ in unsafe remove(text) }
    }

    /// Reserves the label set with these values, of which there must be one for each label.
    func reserve(_ values: [String]) { unsafe withText(values) { text, _ in unsafe reserve(text) } }

    /// Exposes one child, with these values, in place of all others. Requires a value for each label.
    func replaceAll(with values: [String]) {
        unsafe withText(values) { text, shortened in
            if shortened > 0 { definition.context.rejected.countShortened() }
            unsafe replaceAll(with: text)
        }
    }

    /// Calls `body` with the escaped text of the values, of which there must be one for each label name.
    func withText<Result>(
        _ values: [String],
        _ body: (UnsafeBufferPointer<UInt8>, _ shortened: Int) -> Result
    ) -> Result {
        unsafe LabelTextWriter.withText(
            { writer in
                for index in values.indices {
                    writer.append(definition.fragments[index])
                    writer.append(value: values[index])
                }
                if !values.isEmpty { writer.append(UInt8(ascii: "\"")) }
            },
            body
        )
    }
}
