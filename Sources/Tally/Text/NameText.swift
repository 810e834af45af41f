/// Names in the text formats: legacy names unchanged, others in quotes.
///
/// https://prometheus.io/docs/instrumenting/content_negotiation/ and
/// https://github.com/prometheus/proposals/blob/main/proposals/0028-utf8.md#text-format-exposition
enum NameText {
    /// A metric's name where it stands alone, as after `# TYPE`.
    static func metric(_ name: String) -> [UInt8] { MetricName.isValid(name) ? Array(name.utf8) : quoted(name) }

    static func label(_ name: String) -> [UInt8] {
        MetricName.isValidLabel(name) ? Array(name.utf8) : quoted(name)
    }

    /// The beginning of a sample, up to its first label: `name{` or `{"na.me",`. Without labels: `name` or `{"na.me"`.
    static func opening(_ name: String, hasLabels: Bool) -> [UInt8] {
        guard MetricName.isValid(name) else {
            return Array("{".utf8) + quoted(name) + Array((hasLabels ? "," : "").utf8)
        }
        return Array(name.utf8) + Array((hasLabels ? "{" : "").utf8)
    }

    /// The text between the labels and the value.
    static func closing(_ name: String, hasLabels: Bool) -> [UInt8] {
        Array((hasLabels || !MetricName.isValid(name) ? "} " : " ").utf8)
    }

    /// Not truncated like a label value, so that a name of the maximum length keeps its `_bucket`.
    private static func quoted(_ name: String) -> [UInt8] {
        Array("\"".utf8) + escaped(name, quotes: true) + Array("\"".utf8)
    }

    /// Escapes backslashes and line feeds, and also quotes if `quotes` is true.
    static func escaped(_ text: String, quotes: Bool = false) -> [UInt8] {
        text.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "\\"): [byte, byte]
            case UInt8(ascii: "\""): quotes ? [UInt8(ascii: "\\"), byte] : [byte]
            case UInt8(ascii: "\n"): [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            default: [byte]
            }
        }
    }
}
