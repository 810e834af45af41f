import Foundation
import HostsTestSupport
import Testing

/// Players over real sockets, and the metrics as a scrape reads them.
@Suite(.timeLimit(.minutes(10)))
struct GatewayTests {
    private let folder: TemporaryFolder
    private var accounts: URL { folder.url.appending(path: "accounts.sqlite") }

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func onlyAuthenticatedActionsMakeActiveUsers() async throws {
        let gateway = try await Gateway(accounts: accounts)
        #expect(try await gateway.activeUsers() == [0, 0])
        var player = try PlayerClient(gateway)
        let anna = try await player.register("anna")
        let bert = try await player.register("bert", "guest")
        #expect(try await gateway.activeUsers() == [0, 0], "an account is not yet an action")
        for line in ["AUTH", "AUTH ", "AUTH wrong", "AUTH \(anna)x"] {
            #expect(try await player.ask(line) == "ERROR refused_token")
        }
        for line in ["JOIN chess", "MOVE e2e4"] { #expect(try await player.ask(line) == "ERROR unauthenticated") }
        #expect(try await gateway.activeUsers() == [0, 0])
        #expect(try await gateway.refusals("refused_token") == 4)
        #expect(try await gateway.refusals("unauthenticated") == 2)

        #expect(try await player.ask("AUTH \(anna)") == "OK anna")
        #expect(try await player.ask("JOIN chess") == "OK chess")
        #expect(try await player.ask("MOVE e2e4") == "OK e2e4")
        #expect(try await gateway.activeUsers() == [1, 1], "one person, three actions")
        var other = try PlayerClient(gateway)
        #expect(try await other.ask("AUTH \(anna)") == "OK anna")
        #expect(try await gateway.activeUsers() == [1, 1], "the same person on another connection")
        #expect(try await other.ask("AUTH \(bert)") == "OK bert")
        #expect(try await gateway.activeUsers() == [2, 2])
        #expect(try await other.ask("AUTH wrong") == "ERROR refused_token")
        #expect(try await other.ask("JOIN chess") == "ERROR unauthenticated", "a refused token ends the earlier one")
        #expect(gateway.stop() == 0)
    }

    @Test func accountsAreCountedByKindWithoutRobots() async throws {
        let gateway = try await Gateway(accounts: accounts)
        for kind in ["guest", "member"] {
            #expect(try await gateway.metric("accounts_created_total{kind=\"\(kind)\"}") == 0, "exposed from boot")
        }
        var player = try PlayerClient(gateway)
        _ = try await player.register("anna", "member")
        for name in ["bert", "carl"] { _ = try await player.register(name, "guest") }
        let robot = try await player.register("r2d2", "robot")
        #expect(try await player.ask("REGISTER anna guest") == "ERROR name_taken")
        #expect(try await player.ask("REGISTER dora admin") == "ERROR malformed_command")
        #expect(try await gateway.metric("accounts_created_total{kind=\"member\"}") == 1)
        #expect(try await gateway.metric("accounts_created_total{kind=\"guest\"}") == 2)
        let text = try await gateway.get("/metrics").text
        #expect(!text.contains("robot"))
        #expect(try await player.ask("AUTH \(robot)") == "OK r2d2")
        #expect(try await gateway.activeUsers() == [0, 0], "a robot is nobody")
    }

    @Test func movesReachTheOthersOfTheGame() async throws {
        let gateway = try await Gateway(accounts: accounts)
        var players: [PlayerClient] = []
        for (name, game) in [("anna", "chess"), ("bert", "chess"), ("carl", "chess"), ("dora", "go")] {
            var player = try PlayerClient(gateway)
            _ = try await player.ask("AUTH \(try await player.register(name))")
            #expect(try await player.ask("JOIN \(game)") == "OK \(game)")
            players.append(player)
        }
        #expect(try await players[0].ask("MOVE e2e4") == "OK e2e4")
        for index in 1...2 { #expect(try await players[index].line() == "MOVE anna e2e4") }
        // Had the move reached the other game, or come back, it would be the next line there.
        #expect(try await players[3].ask("MOVE d4") == "OK d4")
        #expect(try await players[0].ask("JOIN go") == "OK go")
        #expect(try await players[1].ask("MOVE e7e5") == "OK e7e5")
        #expect(try await players[2].line() == "MOVE bert e7e5")
        while try await gateway.metric("gateway_moves_forwarded_total") != 3 { try Task.checkCancellation() }
        #expect(try await gateway.metric("gateway_players") == 4)

        players[2].socket.reset()
        while try await gateway.metric("gateway_players") != 3 { try Task.checkCancellation() }
        #expect(try await players[1].ask("MOVE g1f3") == "OK g1f3", "alone now")
        #expect(try await gateway.metric("gateway_moves_forwarded_total") == 3)
    }

    @Test func badInputIsAnsweredAndCounted() async throws {
        let gateway = try await Gateway(accounts: accounts)
        var player = try PlayerClient(gateway)
        let lines = [
            "", "HELLO", "REGISTER", "REGISTER anna", "JOIN", "JOIN ", "MOVE", "AUTH a b c", "\u{0}\u{FFFD} x",
            "REGISTER anna \u{301} guest",
        ]
        for line in lines { #expect(try await player.ask(line) == "ERROR malformed_command", "\(line)") }
        #expect(try await gateway.refusals("malformed_command") == Double(lines.count))
        #expect(try await player.ask("REGISTER \(String(repeating: "x", count: 31)) guest") == "ERROR bad_name")
        let token = try await player.register("anna")
        #expect(try await player.ask("AUTH \(token)\r") == "OK anna", "a carriage return is no part of a line")
        #expect(try await player.ask("MOVE e2e4") == "ERROR no_game")
        try player.socket.send(String(repeating: "x", count: 600))
        #expect(try await player.line() == "ERROR line_too_long")
        #expect(try await player.line() == nil)
        #expect(try await gateway.refusals("line_too_long") == 1)
        while try await gateway.metric("gateway_players") != 0 { try Task.checkCancellation() }
    }

    @Test func whoSaysNothingIsClosedAndCounted() async throws {
        let gateway = try await Gateway(accounts: accounts, ["--silence-limit", "100"])
        var silent = try PlayerClient(gateway)
        #expect(try await silent.line() == "ERROR silent")
        #expect(try await silent.line() == nil)
        #expect(try await gateway.refusals("silent") == 1)
        for _ in 0..<10 { try PlayerClient(gateway).socket.reset() }
        while try await gateway.metric("gateway_players") != 0 { try Task.checkCancellation() }
    }

    @Test func moreConnectionsThanTheProcessMayOpenAreRefusedUntilOthersEnd() async throws {
        let gateway = try await Gateway(accounts: accounts, openFiles: 60)
        var first = try PlayerClient(gateway)
        let token = try await first.register("anna")
        // Open before the crowd comes, which would keep a scrape out too.
        let scraper = try RawConnection(port: gateway.metricsPort)
        var crowd = try (0..<80).map { _ in try PlayerClient(gateway) }
        var refusals = ""
        repeat {
            try scraper.send("GET /metrics?name[]=gateway_refusals_total HTTP/1.1\r\nHost: localhost\r\n\r\n")
            refusals = try await scraper.read(until: "unauthenticated\"}")
        } while refusals.contains("too_many_connections\"} 0\n")
        #expect(try await crowd[0].ask("JOIN chess") == "ERROR unauthenticated")
        #expect(try await first.ask("AUTH \(token)") == "OK anna")
        crowd = []
        var last = try PlayerClient(gateway)
        #expect(try await last.ask("AUTH \(token)") == "OK anna")
    }

    @Test func anOpponentWhoDoesNotReadIsClosed() async throws {
        let gateway = try await Gateway(accounts: accounts)
        var (deaf, player) = (try PlayerClient(gateway), try PlayerClient(gateway))
        for (name, index) in [("deaf", 0), ("anna", 1)] {
            var client = index == 0 ? deaf : player
            _ = try await client.ask("AUTH \(try await client.register(name))")
            _ = try await client.ask("JOIN chess")
            if index == 0 { deaf = client } else { player = client }
        }
        let move = "MOVE " + String(repeating: "x", count: 500)
        while try await gateway.refusals("slow") == 0 {
            try player.socket.send(String(repeating: move + "\n", count: 100))
            for _ in 0..<100 { #expect(try await player.line()?.hasPrefix("OK ") == true) }
        }
        while try await gateway.metric("gateway_players") != 1 { try Task.checkCancellation() }
        #expect(try await player.ask("MOVE e2e4") == "OK e2e4")
        withExtendedLifetime(deaf) {}
    }

    @Test func aMissingDatabaseRefusesAccountsUntilItExists() async throws {
        let file = folder.url.appending(path: "missing/accounts.sqlite")
        let gateway = try await Gateway(accounts: file)
        var player = try PlayerClient(gateway)
        #expect(try await player.ask("REGISTER anna member") == "ERROR accounts_unavailable")
        #expect(try await player.ask("AUTH token") == "ERROR accounts_unavailable")
        #expect(try await gateway.refusals("accounts_unavailable") == 2)
        #expect(try await gateway.metric("accounts_created_total{kind=\"member\"}") == 0)
        #expect(try await gateway.get("/.well-known/healthcheck.json").status == 503)
        #expect(try await gateway.get("/live").status == 200)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        #expect(try await player.ask("AUTH \(try await player.register("anna"))") == "OK anna")
    }

    @Test(.needs("sqlite3"))
    func aLockedDatabaseRefusesAccountsAndNotMoves() async throws {
        let gateway = try await Gateway(accounts: accounts, ["--patience", "100"])
        var player = try PlayerClient(gateway)
        let token = try await player.register("anna")
        _ = try await player.ask("AUTH \(token)")
        _ = try await player.ask("JOIN chess")
        let lock = try await ForeignLock(on: accounts)
        #expect(try await player.ask("MOVE e2e4") == "OK e2e4")
        var other = try PlayerClient(gateway)
        #expect(try await other.ask("AUTH \(token)") == "ERROR accounts_unavailable")
        #expect(try await other.ask("REGISTER bert guest") == "ERROR accounts_unavailable")
        lock.release()
        #expect(try await other.ask("AUTH \(token)") == "OK anna")
        #expect(try await gateway.refusals("accounts_unavailable") == 2)
    }
}
