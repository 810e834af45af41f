/// The last exemplar of each word of a block, as text ready to be exposed.
final class ExemplarStore: Sendable {
    /// By the index of the word in the block.
    private let texts = Locked<[Int: [UInt8]]>([:])

    /// An upper bound of one text's size: every character escaped or of four bytes, two numbers, and the punctuation.
    static let maxBytes = 4 * Exemplar.maxCharacters + 8 * Exemplar.maxCharacters + 2 * OutputBuffer.maxDoubleBytes + 64

    func set(_ text: [UInt8], at word: Int) {
        let before = texts.withLock { $0.updateValue(text, forKey: word) }
        withExtendedLifetime(before) {}
    }

    subscript(word: Int) -> [UInt8]? {
        texts.withLock { $0[word] }
    }
}
