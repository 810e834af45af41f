/// The last exemplar of each word of a page that has any, as text ready to be exposed.
final class ExemplarStore: Sendable {
    /// By the word's place in the page.
    private let texts = Locked<[Int: [UInt8]]>([:])

    /// The most bytes that one takes: every character escaped or of four bytes, two numbers and what is around them.
    static let maxBytes = 4 * Exemplar.maxCharacters + 8 * Exemplar.maxCharacters + 2 * OutputBuffer.maxDoubleBytes + 64

    func set(_ text: [UInt8], at word: Int) {
        let before = texts.withLock { $0.updateValue(text, forKey: word) }
        withExtendedLifetime(before) {}
    }

    subscript(word: Int) -> [UInt8]? {
        texts.withLock { $0[word] }
    }
}
