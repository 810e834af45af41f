/// A type whose values are label sets: its ``schema`` names the labels, a value gives theirs.
///
/// ```swift
/// struct Route: LabelSet {
///     var method: Method
///     var outcome: Outcome
///     static let schema: [Label<Self>] = [Label("method", \.method), Label("outcome", \.outcome)]
/// }
/// ```
///
/// Two values are the same series if the text of their labels is the same UTF-8 bytes. An enum can be a whole label
/// set (`Label("direction", \.self)`); one that is `CaseIterable` is exposed at zero, in the order of its cases, from
/// registration.
///
/// Label sets made only of enums without payloads and of Booleans are looked up without a lock; those with strings or
/// numbers by hashing their text, under the family's lock. Neither allocates when the child exists.
public protocol LabelSet: Sendable {
    /// The labels, in the order in which they are exposed. A stored `static let`.
    static var schema: [Label<Self>] { get }
}

/// One label of a label set: its name, and where its value is.
@safe
public struct Label<Root>: Sendable {
    /// The label's name, checked when a family is registered: `[a-zA-Z_][a-zA-Z0-9_]*`, not beginning with `__`.
    ///
    /// https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels
    public let name: String

    /// Appends the value's text, reading it from a `Root` at that address.
    @usableFromInline
    let write: @Sendable (UnsafePointer<Root>, inout LabelTextWriter) -> Void
    /// Where in a `Root` the value's one byte is, if one byte is all of it and says which value it is.
    @usableFromInline
    let byteOffset: Int?

    /// Names a label and the property that holds its value.
    ///
    /// A stored property is read at its place in memory; a computed one through the key path, which is slower.
    @inlinable
    public init<Value: LabelValue>(_ name: StaticString, _ value: any KeyPath<Root, Value> & Sendable) {
        self.name = "\(name)"
        if let offset = MemoryLayout<Root>.offset(of: value) {
            unsafe write = { root, writer in
                let field = unsafe (UnsafeRawPointer(root) + offset).assumingMemoryBound(to: Value.self)
                unsafe writer.append(value: field.pointee.labelText)
            }
            // A trivial value of one byte has no padding, so the byte is the value.
            byteOffset = MemoryLayout<Value>.size == 1 && _isPOD(Value.self) ? offset : nil
        } else {
            unsafe write = { root, writer in
                unsafe writer.append(value: root.pointee[keyPath: value].labelText)
            }
            byteOffset = nil
        }
    }
}

/// How a closed label set becomes a key of one word: which bytes of a value are its labels.
///
/// Only for label sets whose every label is one byte, at most seven of them, in the first 256 bytes of the value.
@usableFromInline
struct KeyPacking: Sendable {
    /// The offset of label `n` in byte `n`.
    @usableFromInline
    let offsets: UInt64
    @usableFromInline
    let count: Int

    init?<Labels: LabelSet>(_ type: Labels.Type, schema: [Label<Labels>]) {
        guard (1...7).contains(schema.count) else { return nil }
        var offsets: UInt64 = 0
        for (index, label) in schema.enumerated() {
            guard let offset = label.byteOffset, offset < 256 else { return nil }
            offsets |= UInt64(offset) << UInt64(8 * index)
        }
        self.offsets = offsets
        count = schema.count
    }

    @inlinable
    func key<Labels>(of labels: borrowing Labels) -> UInt64 {
        var key: UInt64 = 0
        var offsets = offsets
        var shift: UInt64 = 0
        unsafe withUnsafeBytes(of: labels) { bytes in
            for _ in 0..<count {
                let byte = unsafe bytes.load(fromByteOffset: Int(truncatingIfNeeded: offsets & 0xFF), as: UInt8.self)
                key |= UInt64(byte) &<< shift
                offsets &>>= 8
                shift &+= 8
            }
        }
        return key
    }
}
