internal import Tally

/// A JSON value, with the members of an object in order.
enum JSON {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([JSON])
    case object([(String, JSON)])

    func text(indent: Int) -> String {
        let end = "\n" + String(repeating: " ", count: indent)
        let line = end + "  "
        switch self {
        case .text(let text): return Self.quoted(text)
        case .number(let number): return "\(number)"
        case .flag(let flag): return "\(flag)"
        case .list(let items) where items.isEmpty: return "[]"
        case .list(let items):
            return "[" + items.map { line + $0.text(indent: indent + 2) }.joined(separator: ",") + end + "]"
        case .object(let members):
            let lines = members.map { line + Self.quoted($0.0) + ": " + $0.1.text(indent: indent + 2) }
            return "{" + lines.joined(separator: ",") + end + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + String(decoding: JSONText.escaped(text.utf8), as: UTF8.self) + "\""
    }
}
