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
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
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
