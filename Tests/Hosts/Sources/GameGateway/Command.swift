/// A line that a player sends.
enum Command: Equatable {
    /// `REGISTER anna member`; the kind is `guest`, `member` or `robot` (nil).
    case register(name: String, AccountKind?)
    /// `AUTH 1a2b3c`
    case authenticate(token: String)
    /// `JOIN game-7`
    case join(game: String)
    /// `MOVE e2e4`
    case move(String)

    init(_ line: String) throws(Refusal) {
        // By bytes, as other programs read the line: a mark would join the space before it into one character.
        let words = line.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        switch (words[0], words.count) {
        case ("REGISTER", 3):
            let kind = AccountKind(rawValue: words[2])
            guard kind != nil || words[2] == "robot" else { throw .malformedCommand }
            self = .register(name: words[1], kind)
        // An empty token is a refused one.
        case ("AUTH", 1...2): self = .authenticate(token: words.count == 2 ? words[1] : "")
        case ("JOIN", 2) where !words[1].isEmpty: self = .join(game: words[1])
        case ("MOVE", 2) where !words[1].isEmpty: self = .move(words[1])
        default: throw .malformedCommand
        }
    }
}
