/// A provider's answer as JSON, one text per declared key. Rendered once per answer, on the provider's executor, rather
/// than once per document.
struct RenderedAnswer: Sendable {
    let values: [[UInt8]]
    /// True if the keys are those that the provider declares.
    let isAsDeclared: Bool

    init(_ answer: HealthValues, for keys: [String]) {
        let found = keys.map { answer[$0] }
        values = found.map { JSONWriter.rendered($0 ?? .null) }
        isAsDeclared = !found.contains(nil) && answer.keys.count == keys.count
    }
}
