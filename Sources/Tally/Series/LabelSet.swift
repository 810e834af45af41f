/// A type whose instances are label sets. Its ``schema`` names the labels, and each instance provides their values.
///
/// ```swift
/// struct Route: LabelSet {
///     var method: Method
///     var outcome: Outcome
///     static let schema: [Label<Self>] = [Label("method", \.method), Label("outcome", \.outcome)]
/// }
/// ```
///
/// Two values identify the same series if the texts of their labels have the same UTF-8 bytes. An enum can be a label
/// set on its own (`Label("direction", \.self)`). If it is `CaseIterable`, its series are exposed at zero from
/// registration, in the order of its cases.
///
/// **Lookups.** Finding an existing child takes no lock if every label is a stored property of one of these types: an
/// enum without payloads and with at most 256 cases, a Boolean, an integer, or a `String` of at most 256 bytes of
/// UTF-8. At most seven enums and Booleans, without strings and integers, are found fastest. Any other label set is
/// found by its text, under the family's lock. So are children beyond the first 1,024 of a family, and each child once
/// after many others were removed. Neither way allocates, except for that once, and for text longer than about 400
/// bytes.
public protocol LabelSet: Sendable {
    /// The labels, in the order of the exposition. Declare it as a stored `static let`.
    static var schema: [Label<Self>] { get }
}

/// A label of a label set: its name, and the property that holds its value.
@safe
public struct Label<Root>: Sendable {
    /// The label's name: `[a-zA-Z_][a-zA-Z0-9_]*`, without the prefix `__`. Registering a family validates it.
    ///
    /// https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels
    public let name: String

    @usableFromInline
    let field: LabelField

    /// Creates a label from its name and the property that holds its value.
    ///
    /// Tally reads a stored property at its offset, and a computed property through the slower key path.
    @inlinable
    public init<Value: LabelValue>(_ name: StaticString, _ value: any KeyPath<Root, Value> & Sendable) {
        self.name = "\(name)"
        if let offset = MemoryLayout<Root>.offset(of: value) {
            // Captures nothing, so that lookups do no reference counting for a captured context.
            field = unsafe LabelField(offset: offset, form: LabelField.form(of: Value.self)) {
                field,
                writer in
                let value = unsafe field.assumingMemoryBound(to: Value.self)
                writer.append(value: unsafe value.pointee.labelText)
            }
        } else {
            field = unsafe LabelField(offset: 0, form: .text) { root, writer in
                let root = unsafe root.assumingMemoryBound(to: Root.self)
                writer.append(value: unsafe root.pointee[keyPath: value].labelText)
            }
        }
    }
}

/// Reads one label of a label set at an address. Not generic, so that a lookup through many fields is not.
@safe
@usableFromInline
struct LabelField: Sendable {
    /// The offset that is added to the address of the label set for `write`.
    let offset: Int
    let form: Form
    /// Appends the value's text. Receives the address of the label set plus ``offset``.
    let write: @Sendable (UnsafeRawPointer, inout LabelTextWriter) -> Void

    /// The way to tell two values of a label apart.
    @usableFromInline
    enum Form: Sendable {
        /// The value is this many bytes of memory: 0, 1, 2, 4 or 8.
        case bytes(Int)
        case string
        /// Values are distinguished only by their text.
        case text
    }

    @usableFromInline
    init(offset: Int, form: Form, write: @escaping @Sendable (UnsafeRawPointer, inout LabelTextWriter) -> Void) {
        self.offset = offset
        self.form = form
        unsafe self.write = write
    }

    @inlinable
    static func form<Value: LabelValue>(of type: Value.Type) -> Form {
        if type == String.self { return .string }
        let size = MemoryLayout<Value>.size
        // A trivial value of one byte has no padding, so the byte is the value; one of none is always the same.
        if size <= 1 { return _isPOD(type) ? .bytes(size) : .text }
        return type is any FixedWidthInteger.Type && [2, 4, 8].contains(size) ? .bytes(size) : .text
    }
}

/// The packing of a closed label set into a key of one word, which contains the bytes of its labels.
///
/// Closed means that each label takes one byte or none, and at most seven take one, in the value's first 256 bytes.
@usableFromInline
struct KeyPacking: Hashable, Sendable {
    /// The offset of label `n` in byte `n`.
    @usableFromInline
    let offsets: UInt64
    @usableFromInline
    let count: Int

    /// A placeholder for label sets that are not closed. Never used.
    static let none = KeyPacking(offsets: 0, count: 0)

    private init(offsets: UInt64, count: Int) {
        self.offsets = offsets
        self.count = count
    }

    init?(_ fields: [LabelField]) {
        guard !fields.isEmpty else { return nil }
        var bytes: [LabelField] = []
        for field in fields {
            guard case .bytes(let count) = field.form, count <= 1 else { return nil }
            if count == 1 { bytes.append(field) }
        }
        guard bytes.count <= 7, bytes.allSatisfy({ $0.offset < 256 }) else { return nil }
        var offsets: UInt64 = 0
        for (index, field) in bytes.enumerated() { offsets |= UInt64(field.offset) << UInt64(8 * index) }
        self.offsets = offsets
        count = bytes.count
    }

    @inlinable
    @inline(__always)
    func key(at labels: UnsafeRawPointer) -> UInt64 {
        // Most label sets have one or two labels, for which a loop would cost more than the work itself.
        guard count > 0 else { return 0 }
        let first = unsafe byte(0, of: labels)
        guard count > 1 else { return first }
        let second = unsafe byte(1, of: labels)
        guard count > 2 else { return first | second &<< 8 }
        return unsafe wholeKey(at: labels)
    }

    @usableFromInline
    func wholeKey(at labels: UnsafeRawPointer) -> UInt64 {
        var key: UInt64 = 0
        for index in 0..<UInt64(count) { key |= unsafe byte(index, of: labels) << (8 * index) }
        return key
    }

    @inlinable
    @inline(__always)
    func byte(_ index: UInt64, of labels: UnsafeRawPointer) -> UInt64 {
        let offset = Int(truncatingIfNeeded: (offsets &>> (8 &* index)) & 0xFF)
        return UInt64(unsafe labels.load(fromByteOffset: offset, as: UInt8.self))
    }
}
