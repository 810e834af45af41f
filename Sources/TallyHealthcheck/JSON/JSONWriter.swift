internal import Tally

/// Writes strict JSON. https://www.rfc-editor.org/rfc/rfc8259
struct JSONWriter {
    /// The maximum nesting depth. Deeper values become `null`.
    static let maxDepth = 16
    /// The maximum size of a value. A larger one becomes a string that says so.
    static let maxValueBytes = 64 * 1024

    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    mutating func write(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ text: [UInt8]) {
        bytes.append(contentsOf: text)
    }

    mutating func write(integer value: some BinaryInteger) {
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Writes a number, or `null` if JSON cannot represent it.
    mutating func write(number value: Double) {
        guard let text = JSONText.number(value) else { return write("null") }
        write(text)
    }

    /// Writes a time of day, or `null` if it is outside the calendar's range.
    mutating func write(time secondsSinceEpoch: Double) {
        guard let time = UTCTime(secondsSinceEpoch: secondsSinceEpoch) else { return write("null") }
        write("\"")
        time.append(to: &bytes)
        write("\"")
    }

    /// Writes a string, truncated and marked if it is too long.
    ///
    /// - Parameter index: For a key, the position of its member. The mark includes it, so that long keys with a common
    ///   beginning stay distinct. No untruncated key is as long as a truncated one.
    mutating func write(string text: String, asKey index: Int? = nil) {
        let shown = JSONText.cut(text)
        write("\"")
        write(JSONText.escaped(shown.utf8))
        if shown.utf8.count < text.utf8.count {
            write("… (")
            write(integer: text.utf8.count)
            write(" bytes")
            if let index {
                write(", member ")
                write(integer: index)
            }
            write(")")
        }
        write("\"")
    }

    /// Returns the JSON of a value, at most `maxValueBytes` long.
    static func rendered(_ value: HealthValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(value, depth: 0)
        if writer.isFull {
            writer.bytes = []
            writer.write("\"… (more than ")
            writer.write(integer: maxValueBytes)
            writer.write(" bytes)\"")
        }
        return writer.bytes
    }

    private var isFull: Bool { bytes.count > Self.maxValueBytes }

    private mutating func write(_ value: HealthValue, depth: Int) {
        switch value {
        case .null: write("null")
        case .boolean(let value): write(value ? "true" : "false")
        case .integer(let value): write(integer: value)
        case .unsigned(let value): write(integer: value)
        case .number(let value): write(number: value)
        case .string(let value): write(string: value)
        case .array where depth >= Self.maxDepth, .object where depth >= Self.maxDepth: write("null")
        case .array(let values):
            write("[")
            for (index, value) in values.enumerated() {
                // The rest would be discarded.
                if isFull { return }
                if index > 0 { write(",") }
                write(value, depth: depth + 1)
            }
            write("]")
        case .object(let values):
            write("{")
            for (index, member) in values.members.enumerated() {
                if isFull { return }
                if index > 0 { write(",") }
                write(string: member.key, asKey: index)
                write(":")
                write(member.value, depth: depth + 1)
            }
            write("}")
        }
    }
}
