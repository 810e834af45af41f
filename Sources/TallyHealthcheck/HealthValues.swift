/// Values by key, in the order given: the result of a provider's closure, or a nested object.
///
/// ```swift
/// SnapshotProvider("queue", keys: ["waiting", "oldestSeconds"]) {
///     ["waiting": .integer(queue.count), "oldestSeconds": .number(queue.age)]
/// }
/// ```
///
/// Keys are equal if their UTF-8 bytes are. Of a repeated key, the last value counts, in the position of the first,
/// because JSON readers disagree about such objects.
public struct HealthValues: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    private(set) var members: [Member] = []

    struct Member: Sendable, Hashable {
        let key: String
        var value: HealthValue
    }

    /// Creates values by key.
    public init(dictionaryLiteral elements: (String, HealthValue)...) {
        self.init(elements)
    }

    /// Creates values by key.
    ///
    /// - Complexity: O(*n*) in the number of values.
    public init(_ elements: some Sequence<(String, HealthValue)>) {
        // Compared by bytes, because `String` would merge `é` with `e` and U+0301.
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

    /// The value of a key, or nil if there is none.
    ///
    /// - Complexity: O(*n*) in the number of values.
    public subscript(key: String) -> HealthValue? {
        members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    /// The keys, in order.
    public var keys: [String] { members.map(\.key) }
}
