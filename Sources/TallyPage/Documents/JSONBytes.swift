internal import Tally

/// A writer of JSON. Puts a comma before each item of a list but the first.
struct JSONBytes {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    mutating func object(_ body: (inout JSONBytes) -> Void) { nest("{", "}", body) }

    mutating func array(_ body: (inout JSONBytes) -> Void) { nest("[", "]", body) }

    private mutating func nest(_ open: StaticString, _ close: StaticString, _ body: (inout JSONBytes) -> Void) {
        separate()
        raw(open)
        needsComma = false
        body(&self)
        raw(close)
        needsComma = true
    }

    mutating func array<Items: Sequence>(of items: Items, _ body: (inout JSONBytes, Items.Element) -> Void) {
        array { json in
            for item in items { body(&json, item) }
        }
    }

    /// Begins a member of an object. Write its value next.
    mutating func key(_ name: StaticString) {
        separate()
        raw("\"")
        raw(name)
        raw("\":")
        needsComma = false
    }

    mutating func string(_ text: String) {
        separate()
        raw("\"")
        bytes += JSONText.escaped(text.utf8)
        raw("\"")
        needsComma = true
    }

    /// Writes a label value that is escaped as in exposition text. JSON has the same escapes, and also escapes control
    /// characters.
    mutating func string(escapedLabel text: ArraySlice<UInt8>) {
        separate()
        raw("\"")
        if text.contains(where: { $0 < 0x20 }) {
            for byte in text {
                if byte < 0x20 { bytes += JSONText.escaped([byte]) } else { bytes.append(byte) }
            }
        } else {
            bytes += text
        }
        raw("\"")
        needsComma = true
    }

    mutating func whole(_ value: some BinaryInteger) { item(Array(String(value).utf8)) }

    mutating func boolean(_ value: Bool) { item(Array((value ? "true" : "false").utf8)) }

    mutating func null() { item(Array("null".utf8)) }

    /// Writes a number; as a string if it is not finite.
    mutating func number(_ value: Double) {
        if let text = JSONText.number(value) { return item(text) }
        string(value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf")
    }

    /// Writes a value exactly: as a string if a browser's numbers cannot hold it.
    mutating func value(_ value: SampleValue) {
        switch value {
        case .integer(let value) where value > 1 << 53: string(String(value))
        case .integer(let value): whole(value)
        case .number(let value): number(value)
        case .absent: null()
        }
    }

    /// Writes a point of a curve with four digits, which is more than a plot can show; null for a gap.
    mutating func point(_ value: Float) {
        guard value.isFinite else { return null() }
        var (scaled, power) = (Double(value).magnitude, 1.0)
        while scaled != 0, scaled < 1_000, power < 1e12 {
            scaled *= 10
            power *= 10
        }
        let rounded = power > 1 ? scaled.rounded() / power : scaled.rounded()
        number(value < 0 ? -rounded : rounded)
    }

    /// Writes text that is JSON already.
    mutating func item(_ text: [UInt8]) {
        separate()
        bytes += text
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }
}
