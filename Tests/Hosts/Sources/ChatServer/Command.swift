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
        let words = line.split(separator: " ", maxSplits: 2)
        let target = words.count > 1 ? String(words[1]) : nil
        switch words.first?.uppercased() {
        case "QUIT": self = .quit
        case "JOIN":
            guard let target, target.hasPrefix("#"), words.count == 2 else { throw .missingParameters }
            self = .join(channel: target)
        case let word?:
            guard let verb = Verb(rawValue: word) else { throw .unknownCommand }
            guard let target, words.count == 3 else { throw .missingParameters }
            self = .say(verb, target: target, text: String(words[2].hasPrefix(":") ? words[2].dropFirst() : words[2]))
        case nil: throw .unknownCommand
        }
    }
}
