/// A provider's answer as JSON, one text a declared key: made once, where the provider runs, and not for each document.
struct RenderedAnswer: Sendable {
    let values: [[UInt8]]
    /// Whether the keys were those that the provider declares.
    let isAsDeclared: Bool

    init(_ answer: HealthValues, for keys: [String]) {
        let found = keys.map { answer[$0] }
        values = found.map { JSONWriter.rendered($0 ?? .null) }
        isAsDeclared = !found.contains(nil) && answer.keys.count == keys.count
    }
}
