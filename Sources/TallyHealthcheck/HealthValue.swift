/// A value that a provider shows under one of its keys: any JSON.
///
/// ```swift
/// ["sessions": .integer(try await database.count("sessions")), "activeUsers": ["24h": 57, "7d": 203]]
/// ```
///
/// What JSON cannot say, or a document should not, is made harmless where it is written, never an error: NaN and the
/// infinities become `null`; a string of more than 1,024 bytes of UTF-8 is cut at a character and ends in
/// `… (10485760 bytes)`, its full length; what is nested more than 16 deep becomes `null`; a value that would take more
/// than 64 KiB becomes the string `… (more than 65536 bytes)`.
public enum HealthValue: Sendable, Hashable {
    /// Nothing is known. Not the same as 0.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A whole number, exact to 64 bits; many readers are exact to 53 only.
    case integer(Int)
    /// A whole number of 64 bits without a sign, exact.
    case unsigned(UInt64)
    /// A number in the shortest text that reads back the same; whole ones without a fraction.
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
