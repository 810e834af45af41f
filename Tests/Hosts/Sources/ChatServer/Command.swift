/// A line that a client sends, such as `PRIVMSG #lobby :hello`.
enum Command: Equatable {
    enum Verb: String {
        case privmsg = "PRIVMSG"
        case notice = "NOTICE"
    }

    case join(channel: String)
    case say(Verb, target: String, text: String)
    case quit

    init(_ line: String) throws(Refusal) {
        // By bytes, as other programs read the line: a mark would join the space before it into one character.
        let words = line.utf8.split(separator: UInt8(ascii: " "), maxSplits: 2).map { Substring($0) }
        let target = words.count > 1 ? String(words[1]) : nil
        // `uppercased()` turns a dotless i into an I of ASCII.
        switch words.first.map({ $0.utf8.allSatisfy { $0 < 0x80 } ? $0.uppercased() : String($0) }) {
        case "QUIT": self = .quit
        case "JOIN":
            guard let target, target.utf8.first == UInt8(ascii: "#"), words.count == 2 else { throw .missingParameters }
            self = .join(channel: target)
        case let word?:
            guard let verb = Verb(rawValue: word) else { throw .unknownCommand }
            guard let target, words.count == 3 else { throw .missingParameters }
            let text = words[2].utf8
            let isMarked = text.first == UInt8(ascii: ":")
            self = .say(verb, target: target, text: String(Substring(isMarked ? text.dropFirst() : text)))
        case nil: throw .unknownCommand
        }
    }
}
