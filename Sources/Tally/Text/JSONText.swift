/// The text of JSON values.
package enum JSONText {
    /// The content of a string, escaped as strict JSON. https://www.rfc-editor.org/rfc/rfc8259#section-7
    package static func escaped(_ text: some Sequence<UInt8>) -> [UInt8] {
        text.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
            case 0..<0x20: controlCharacter(byte)
            default: [byte]
            }
        }
    }

    /// Truncates a text to the maximum length of a label value.
    package static func cut(_ text: String) -> String { LabelTextWriter.cut(text) }

    static func controlCharacter(_ byte: UInt8) -> [UInt8] {
        let hex = Array("0123456789abcdef".utf8)
        return Array("\\u00".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
    }

    /// A number: without a fraction if it is whole, otherwise the shortest text that reads back as the same number. Nil
    /// for NaN and infinities, which JSON cannot express.
    package static func number(_ value: Double) -> [UInt8]? {
        value.isFinite ? OutputBuffer.text(of: value) : nil
    }
}
