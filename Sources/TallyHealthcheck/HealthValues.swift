/// Values by key, in the order in which they were given: what a provider's closure returns, and a nested object.
///
/// ```swift
/// SnapshotProvider("queue", keys: ["waiting", "oldestSeconds"]) {
///     ["waiting": .integer(queue.count), "oldestSeconds": .number(queue.age)]
/// }
/// ```
///
/// Keys are the same if their UTF-8 bytes are; of a key that is given twice the last value counts, in the first one's
/// place, since JSON's readers disagree on such objects.
public struct HealthValues: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    private(set) var members: [Member] = []

    struct Member: Sendable, Hashable {
        let key: String
        var value: HealthValue
    }

    /// Values by key.
    public init(dictionaryLiteral elements: (String, HealthValue)...) {
        self.init(elements)
    }

    /// Values by key.
    ///
    /// - Complexity: O(*n*) in the number of values.
    public init(_ elements: some Sequence<(String, HealthValue)>) {
        // By bytes: `String` would merge `é` with `e` and U+0301.
        var places: [[UInt8]: Int] = [:]
        for (key, value) in elements {
            let bytes = Array(key.utf8)
            if let place = places[bytes] {
                members[place].value = value
            } else {
                places[bytes] = members.count
                members.append(Member(key: key, value: value))
            }
        }
    }

    /// The value of a key, if it was given.
    ///
    /// - Complexity: O(*n*) in the number of values.
    public subscript(key: String) -> HealthValue? {
        members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    /// The keys, in order.
    public var keys: [String] { members.map(\.key) }
}
