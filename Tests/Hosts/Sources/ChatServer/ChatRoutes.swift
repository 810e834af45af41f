import HTTPTypes
import Hummingbird
import NIOCore
import Tally

/// The chat's HTTP interface: bodies are IRC lines, a client's token is its bearer token.
struct ChatRoutes: Sendable {
    let database: ChatDatabase
    let metrics: ChatMetrics

    func add(to router: Router<BasicRequestContext>) {
        let chat = router.group().add(middleware: RefusalMiddleware(refusals: metrics.refusals))
        chat.post("session") { request, _ in
            let token = try await database.createSession(nick: request.line())
            metrics.sessions.increment()
            metrics.connections.increment()
            return Self.created(token)
        }
        chat.post("register") { request, _ in
            let secret = String.randomToken()
            let token = try await database.createSession(nick: request.line(), secret: secret)
            metrics.sessions.increment()
            metrics.connections.increment()
            return Self.created("\(token) \(secret)")
        }
        chat.post("login") { request, _ in
            let words = try await request.line().split(separator: " ").map(String.init)
            guard words.count == 2 else { throw Refusal.missingParameters }
            let token = try await database.login(nick: words[0], secret: words[1])
            metrics.connections.increment()
            return Self.created(token)
        }
        chat.post("command") { request, _ in
            try await perform(Command(request.line()), token: request.token)
            return HTTPResponse.Status.noContent
        }
        chat.get("lines") { request, _ in
            try await database.takeLines(token: request.token).map { $0 + "\n" }.joined()
        }
    }

    private func perform(_ command: Command, token: String) async throws {
        switch command {
        case .join(let channel): try await database.join(channel, token: token)
        case .quit: try await database.quit(token: token)
        case .say(let verb, let target, let text):
            let dropped = try await database.say(verb, to: target, text: text, token: token)
            metrics.messages.increment()
            metrics.droppedLines.increment(by: dropped)
        }
    }

    private static func created(_ text: String) -> EditedResponse<String> {
        EditedResponse(status: .created, response: "\(text)\n")
    }
}

extension Request {
    /// The body: one line of at most 512 bytes, as in IRC.
    fileprivate func line() async throws -> String {
        do {
            let text = String(buffer: try await body.collect(upTo: 512))
            return String(text.prefix { !$0.isNewline })
        } catch is NIOTooManyBytesError {
            throw Refusal.lineTooLong
        }
    }

    fileprivate var token: String {
        get throws(Refusal) {
            guard let header = headers[.authorization], header.hasPrefix("Bearer ") else { throw .unknownToken }
            return String(header.dropFirst("Bearer ".count))
        }
    }
}
