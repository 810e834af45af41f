/// A provider's answer as JSON, one text per declared key. Rendered once per answer, on the provider's executor, rather
/// than once per document.
struct RenderedAnswer: Sendable {
    let values: [[UInt8]]
    /// The declared keys that the answer omits.
    let missing: [String]
    /// The keys of the answer that are not declared, sorted.
    let undeclared: [String]

    /// True if the keys are those that the provider declares.
    var isAsDeclared: Bool { missing.isEmpty && undeclared.isEmpty }

    init(_ answer: HealthValues, for keys: [String]) {
        let found = keys.map { answer[$0] }
        values = found.map { JSONWriter.rendered($0 ?? .null) }
        missing = zip(keys, found).filter { $0.1 == nil }.map(\.0)
        // Compared by number first, because nearly every answer is as declared.
        let isAsDeclared = missing.isEmpty && answer.keys.count == keys.count
        let others = answer.keys.lazy.filter { key in !keys.contains { $0.utf8.elementsEqual(key.utf8) } }
        undeclared = isAsDeclared ? [] : others.sorted()
    }
}
