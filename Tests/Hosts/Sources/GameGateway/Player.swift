import GRDB
import Logging
import NIOCore

/// One connection: answers its commands in order, and forwards its moves.
struct Player {
    let channel: any Channel
    let accounts: Accounts
    let games: Games
    let metrics: GatewayMetrics
    let logger: Logger
    private(set) var account: Account?
    private var game: String?

    init(_ channel: any Channel, accounts: Accounts, games: Games, metrics: GatewayMetrics, logger: Logger) {
        self.channel = channel
        self.accounts = accounts
        self.games = games
        self.metrics = metrics
        self.logger = logger
    }

    /// Performs a command, and returns the answer to it.
    mutating func answer(_ line: String) async -> String {
        do {
            return "OK \(try await perform(Command(line)))"
        } catch let refusal as Refusal {
            return Self.text(of: refusal, countedIn: metrics)
        } catch {
            logger.error("accounts are not available", metadata: ["error": "\(error)"])
            return Self.text(of: .accountsUnavailable, countedIn: metrics)
        }
    }

    func leave() {
        if let game { games.leave(game, channel) }
    }

    static func text(of refusal: Refusal, countedIn metrics: GatewayMetrics) -> String {
        metrics.refusals.increment(for: refusal)
        return "ERROR \(refusal.rawValue)"
    }

    private mutating func perform(_ command: Command) async throws -> String {
        switch command {
        case .register(let name, let kind):
            let token = try await accounts.create(Account(name: name, kind: kind))
            if let kind { metrics.accounts.increment(for: kind) }
            return token
        case .authenticate(let token):
            // A refused token also ends what an earlier one allowed.
            account = nil
            account = try await accounts.account(token: token)
            return try authenticated().name
        case .join(let game):
            _ = try authenticated()
            leave()
            games.join(game, channel)
            self.game = game
            return game
        case .move(let move):
            let account = try authenticated()
            guard let game else { throw Refusal.noGame }
            let line = "MOVE \(account.name) \(move)\n"
            for opponent in games.opponents(of: channel, in: game) { forward(line, opponent) }
            return move
        }
    }

    /// Returns the account of this connection, and records it as active. Every authenticated action calls this.
    private func authenticated() throws(Refusal) -> Account {
        guard let account else { throw .unauthenticated }
        if account.kind != nil { metrics.activeUsers.record(account.name) }
        return account
    }

    private func forward(_ line: String, _ opponent: any Channel) {
        // An opponent who does not read must not hold up the game.
        guard opponent.isWritable else {
            metrics.refusals.increment(for: .slow)
            return opponent.close(promise: nil)
        }
        opponent.writeAndFlush(ByteBuffer(string: line)).whenSuccess { [moves = metrics.moves] in moves.increment() }
    }
}
