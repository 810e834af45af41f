/// `chat-server DATABASE [--name VALUE]…`
struct ServerOptions {
    var database = ""
    /// Settings of the provider that counts rows.
    var critical = true
    var timeout = Duration.milliseconds(500)
    var maxAge = Duration.seconds(5)
    var staleIfError = Duration.seconds(60)
    /// The seconds for which a query waits for a lock.
    var patience = 5.0

    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    init(_ arguments: some Sequence<String>) throws(Mistake) {
        var iterator = arguments.makeIterator()
        while let argument = iterator.next() {
            switch argument {
            case "--non-critical": critical = false
            case "--timeout": timeout = .milliseconds(try Self.number(argument, iterator.next()))
            case "--fresh-for": maxAge = .milliseconds(try Self.number(argument, iterator.next()))
            case "--stale-for": staleIfError = .milliseconds(try Self.number(argument, iterator.next()))
            case "--patience": patience = Double(try Self.number(argument, iterator.next())) / 1000
            default: database = argument
            }
        }
        guard !database.isEmpty else { throw Mistake(description: "usage: chat-server DATABASE [--timeout MS] …") }
    }

    private static func number(_ option: String, _ text: String?) throws(Mistake) -> Int {
        guard let number = text.flatMap({ Int($0) }) else { throw Mistake(description: "\(option) needs milliseconds") }
        return number
    }
}
