/// A value that a provider shows under one of its keys, equivalent to any JSON value.
///
/// <!-- values -->
/// ```swift
/// ["sessions": .integer(try await database.count("sessions")), "activeUsers": ["24h": 57, "7d": 203]]
/// ```
///
/// Values that JSON cannot represent, or that are too large for a document, are replaced when written and never cause
/// an error. NaN and the infinities become `null`. A string of more than 1,024 UTF-8 bytes is truncated after a whole
/// character, and its original length is appended: `… (10485760 bytes)`. Values nested more than 16 deep become `null`.
/// A value that would exceed 64 KiB becomes the string `… (more than 65536 bytes)`.
public enum HealthValue: Sendable, Hashable {
    /// An unknown value, which is not the same as 0.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A whole number, written exactly. Many JSON readers lose precision beyond 53 bits.
    case integer(Int)
    /// An unsigned whole number, written exactly.
    case unsigned(UInt64)
    /// A number, as the shortest text that reads back the same; whole numbers have no fraction.
    case number(Double)
    /// Text.
    case string(String)
    /// Values in order.
    case array([HealthValue])
    /// Values by key, in order.
    case object(HealthValues)
}

extension HealthValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral {
    /// An ``integer(_:)``.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// A ``number(_:)``.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A ``boolean(_:)``.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension HealthValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByNilLiteral {
    /// A ``string(_:)``.
    public init(stringLiteral value: String) { self = .string(value) }
    /// ``null``.
    public init(nilLiteral: ()) { self = .null }
}

extension HealthValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// An ``array(_:)``.
    public init(arrayLiteral elements: HealthValue...) { self = .array(elements) }
    /// An ``object(_:)``.
    public init(dictionaryLiteral elements: (String, HealthValue)...) { self = .object(HealthValues(elements)) }
}

/// Values by key, in the order given: the result of a provider's closure, or a nested object.
///
/// <!-- provider -->
/// ```swift
/// let backlog = SnapshotProvider("queue", keys: ["waiting", "oldestSeconds"]) {
///     ["waiting": .integer(queue.count), "oldestSeconds": .number(queue.age)]
/// }
/// ```
///
/// Keys are equal if their UTF-8 bytes are. A repeated key keeps its first position and takes its last value, because
/// JSON readers disagree about duplicate keys.
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
