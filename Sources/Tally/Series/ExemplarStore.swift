/// The last exemplar of each word of a block.
final class ExemplarStore: Sendable {
    struct Entry: Sendable {
        /// Ready to be exposed in OpenMetrics.
        let text: [UInt8]
        let labels: [Exemplar.Label]
        let value: Double
        /// Since the Unix epoch.
        let seconds: Double
    }

    /// By the index of the word in the block.
    private let entries = Locked<[Int: Entry]>([:])

    /// An upper bound of one text's size: every character escaped or of four bytes, two numbers, and the punctuation.
    static let maxBytes = 4 * Exemplar.maxCharacters + 8 * Exemplar.maxCharacters + 2 * OutputBuffer.maxDoubleBytes + 64

    func set(_ entry: Entry, at word: Int) {
        let before = entries.withLock { $0.updateValue(entry, forKey: word) }
        withExtendedLifetime(before) {}
    }

    subscript(word: Int) -> Entry? {
        entries.withLock { $0[word] }
    }
}
