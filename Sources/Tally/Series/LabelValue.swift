/// A label's value: an enum with raw values, a string, an integer or a Boolean.
///
/// An enum needs no more than a raw type:
///
/// ```swift
/// enum Method: String, LabelValue {
///     case get = "GET"
///     case post = "POST"
///     case other
/// }
/// ```
public protocol LabelValue: Sendable {
    /// The text of the value in the exposition, before escaping.
    ///
    /// Any string is valid. Tally compares texts by their UTF-8 bytes. It truncates them to 1,024 bytes, at a scalar
    /// boundary, and counts such lookups in `tally_shortened_label_values_total`. Equal values must return equal texts.
    var labelText: String { get }
}

extension LabelValue where Self: RawRepresentable, RawValue: LabelValue {
    /// The raw value's text.
    @inlinable
    public var labelText: String { rawValue.labelText }
}

extension String: LabelValue {
    /// The string itself.
    @inlinable
    public var labelText: String { self }
}

extension Substring: LabelValue {
    /// A copy of the characters.
    @inlinable
    public var labelText: String { String(self) }
}

extension Bool: LabelValue {
    /// `true` or `false`.
    @inlinable
    public var labelText: String { self ? "true" : "false" }
}

extension LabelValue where Self: BinaryInteger {
    /// The number in decimal.
    @inlinable
    public var labelText: String { String(self) }
}

extension Int: LabelValue {}
extension Int8: LabelValue {}
extension Int16: LabelValue {}
extension Int32: LabelValue {}
extension Int64: LabelValue {}
extension UInt: LabelValue {}
extension UInt8: LabelValue {}
extension UInt16: LabelValue {}
extension UInt32: LabelValue {}
extension UInt64: LabelValue {}

extension Optional: LabelValue where Wrapped: LabelValue {
    /// The wrapped value's text, or an empty string for nil. Prometheus treats an empty label as an absent one.
    @inlinable
    public var labelText: String { self?.labelText ?? "" }
}
