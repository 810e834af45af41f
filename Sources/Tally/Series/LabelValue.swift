/// A value of a label: an enum with raw values, a string, an integer, a Boolean.
///
/// An enum needs to say no more than its raw type:
///
/// ```swift
/// enum Method: String, LabelValue { case get = "GET", post = "POST", other }
/// ```
public protocol LabelValue: Sendable {
    /// The value as it stands in the exposition, before escaping.
    ///
    /// Any string is fine. It is compared by its UTF-8 bytes, and cut to 1,024 of them, at the boundary of a scalar;
    /// `tally_shortened_label_values_total` counts that. It must not change while the value does not.
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
