import Foundation
import HostsTestSupport
import Testing

/// The chat itself, and the rules by which it counts.
@Suite(.timeLimit(.minutes(10)))
struct ChatTests {
    private static let keys = [
        "sessions", "clients", "queuedLines", "channels", "connectionsSinceBoot", "sessionsSinceBoot",
        "messagesSinceBoot",
    ]

    private func values(of server: ChatServer) async throws -> [Int?] {
        let json = try await server.document().json
        return Self.keys.map { json[$0] as? Int }
    }

    private func counters(of server: ChatServer) async throws -> [Int?] { Array(try await values(of: server)[4...]) }

    @Test func afterOneSessionOneChannelAndOneMessageAllSevenAreNotZero() async throws {
        let server = try await ChatServer(["--max-age", "1"])
        #expect(try await values(of: server) == [0, 0, 0, 0, 0, 0, 0])
        let anna = try await server.session("anna")
        try await server.command("JOIN #lobby", token: anna)
        try await server.command("PRIVMSG #lobby :hello", token: anna)
        let document = try await server.document { try $0.json["queuedLines"] as? Int == 1 }
        #expect(try Self.keys.map { try document.json[$0] as? Int } == [1, 1, 1, 1, 1, 1, 1])
        #expect(document.status == 200)
    }

    @Test func creationAndRegistrationCountASessionAndALoginOnlyAConnection() async throws {
        let server = try await ChatServer()
        _ = try await server.session("anna")
        #expect(try await counters(of: server) == [1, 1, 0])
        let registered = try await server.send("POST", "/register", "bert")
        #expect(registered.status == 201)
        #expect(try await counters(of: server) == [2, 2, 0])
        let secret = try #require(registered.line.split(separator: " ").last)
        let login = try await server.send("POST", "/login", "bert \(secret)")
        #expect(login.status == 201)
        #expect(try await counters(of: server) == [3, 2, 0])

        #expect(try await server.send("POST", "/login", "bert wrong").status == 401)
        #expect(try await server.send("POST", "/login", "nobody \(secret)").status == 401)
        #expect(try await server.send("POST", "/session", "anna").status == 409)
        for nick in ["", "an na", "anna\u{200D}", "a\u{301}", "a\u{600}", "a\u{3164}"] {
            #expect(try await server.send("POST", "/register", nick).status == 400, "\(nick.debugDescription)")
        }
        #expect(try await counters(of: server) == [3, 2, 0], "what was refused counts nothing")
    }

    @Test func privmsgAndNoticeBothCountAMessage() async throws {
        let server = try await ChatServer()
        let (anna, bert) = (try await server.session("anna"), try await server.session("bert"))
        for token in [anna, bert] { try await server.command("JOIN #lobby", token: token) }
        try await server.command("PRIVMSG #lobby :hello there", token: anna)
        try await server.command("notice bert :psst", token: anna)
        #expect(try await counters(of: server).last == 2)
        #expect(try await server.send("POST", "/command", "PRIVMSG nobody :hello", token: anna).status == 404)
        #expect(try await counters(of: server).last == 2)

        let lines = ":anna PRIVMSG #lobby :hello there\n:anna NOTICE bert :psst\n"
        #expect(try await server.send("GET", "/lines", token: bert).text == lines)
        #expect(try await server.send("GET", "/lines", token: bert).text == "", "lines are fetched once")
        #expect(try await server.send("GET", "/lines", token: anna).text == lines, "the sender's devices agree")
    }

    @Test func everyClientOfASessionGetsItsLines() async throws {
        let server = try await ChatServer(["--max-age", "1"])
        let words = try await server.send("POST", "/register", "anna").line.split(separator: " ").map(String.init)
        let second = try await server.send("POST", "/login", "anna \(words[1])").line
        let bert = try await server.session("bert")
        try await server.command("PRIVMSG anna :hello", token: bert)
        for token in [words[0], second] {
            #expect(try await server.send("GET", "/lines", token: token).text == ":bert PRIVMSG anna :hello\n")
        }
        try await server.command("QUIT", token: second)
        try await server.command("QUIT", token: bert)
        let document = try await server.document { try $0.json["clients"] as? Int == 1 }
        #expect(try document.json["sessions"] as? Int == 1, "a registered session stays")
        #expect(try await server.send("GET", "/lines", token: bert).status == 401)
    }

    @Test func badInputIsRefusedInTheProtocolAndCounted() async throws {
        let server = try await ChatServer()
        let anna = try await server.session("anna")
        for (numeric, status, line, token) in [
            ("421", 400, "FOO bar", anna), ("421", 400, "", anna), ("421", 400, "\u{0}\u{FFFD}", anna),
            ("421", 400, "JO\u{131}N #lobby", anna), ("401", 404, "PRIVMSG #empty \u{301}:hello", anna),
            ("461", 400, "JOIN", anna), ("461", 400, "JOIN lobby", anna), ("461", 400, "PRIVMSG #lobby", anna),
            ("401", 404, "PRIVMSG #empty :hello", anna), ("417", 413, String(repeating: "x", count: 600), anna),
            ("451", 401, "JOIN #lobby", "stolen"), ("451", 401, "JOIN #lobby", ""),
        ] {
            let series = "chat_refusals_total{numeric=\"\(numeric)\"}"
            let before = try #require(try await server.metric(series))
            let answer = try await server.send("POST", "/command", line, token: token)
            #expect(answer.status == status, "\(line)")
            #expect(answer.text.hasPrefix("\(numeric) :"), "\(line)")
            #expect(try await server.metric(series) == before + 1, "\(line)")
        }
        #expect(try await server.send("POST", "/command", "JOIN #lobby").status == 401, "no token at all")
        try await server.command("JOIN #lobby", token: anna)
    }

    @Test(.needs("hey"))
    func aClientThatNeverFetchesItsLinesHasAFullQueue() async throws {
        let server = try await ChatServer(["--max-age", "1"])
        let anna = try await server.session("anna")
        let report = try await LoadGenerator.hey(
            server.address + "/command",
            requests: 1_000,
            options: ["-m", "POST", "-H", "Authorization: Bearer \(anna)", "-d", "NOTICE anna :again"]
        )
        #expect(report.responses == [204: 1_000], "\(report.text)")
        try await server.command("NOTICE anna :again", token: anna)
        #expect(try await server.metric("chat_dropped_lines_total") == 1)
        #expect(try await server.document { try $0.json["queuedLines"] is Int }.json["queuedLines"] as? Int == 1_000)
        #expect(try await server.metric("chat_messages_total") == 1_001)
    }

    @Test func clientsThatVanishCostTheOthersNothing() async throws {
        let server = try await ChatServer()
        let port = try #require(URL(string: server.address)?.port)
        for part in ["", "POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nan", "GET /metr"] {
            let connection = try RawConnection(port: port)
            try connection.send(part)
            connection.reset()
        }
        let open = try RawConnection(port: port)
        try open.send("POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n")
        open.finishSending()
        let broken = try RawConnection(port: port)
        try broken.send("this is not HTTP\r\n\r\n")
        #expect(try await broken.read().hasPrefix("HTTP/1.1 400"))
        _ = try await server.session("bert")
        #expect(try await counters(of: server) == [1, 1, 0])
    }

    @Test func halfOfARequestEndsAfterTheIdleTimeout() async throws {
        let server = try await ChatServer(["--idle-timeout", "2000"])
        let port = try #require(URL(string: server.address)?.port)
        for part in ["", "POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nan"] {
            let half = try RawConnection(port: port)
            try half.send(part)
            _ = try await half.read()
        }
        #expect(try await counters(of: server) == [0, 0, 0])
    }

    @Test(.needs("prometheus"))
    func prometheusReadsTheCounters() async throws {
        let server = try await ChatServer()
        let port = try #require(URL(string: server.address)?.port)
        let prometheus = try await Prometheus(scraping: port)
        let anna = try await server.session("anna")
        for _ in 0..<3 { try await server.command("NOTICE anna :hello", token: anna) }
        _ = try await server.document()
        #expect(try await prometheus.value(of: "chat_messages_total", awaiting: 3) == 3)
        #expect(try await prometheus.value(of: "chat_sessions_total", awaiting: 1) == 1)
        #expect(try await prometheus.value(of: "health_check_up{check=\"database\"}", awaiting: 1) == 1)
    }
}
