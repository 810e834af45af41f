/// Text that stands in JSON.
package enum JSONText {
    /// A string's content as strict JSON. https://www.rfc-editor.org/rfc/rfc8259#section-7
    package static func escaped(_ text: some Sequence<UInt8>) -> [UInt8] {
        text.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
            case 0..<0x20: controlCharacter(byte)
            default: [byte]
            }
        }
    }

    /// The longest beginning of a text that a document shows: as much as of a label's value.
    package static func cut(_ text: String) -> String { LabelTextWriter.cut(text) }

    static func controlCharacter(_ byte: UInt8) -> [UInt8] {
        let hex = Array("0123456789abcdef".utf8)
        return Array("\\u00".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
    }

    /// A number: whole ones without a fraction, others in the shortest text that reads back the same. Nil for NaN and
    /// the infinities, which JSON has no text for.
    package static func number(_ value: Double) -> [UInt8]? {
        value.isFinite ? OutputBuffer.text(of: value) : nil
    }
}
