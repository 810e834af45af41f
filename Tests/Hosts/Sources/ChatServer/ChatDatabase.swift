import EmbeddedDatabase
import GRDB

/// Sessions (nicks), their clients (devices), the channels, and the lines that wait for each client.
struct ChatDatabase: Sendable {
    struct Counts: Sendable {
        let sessions: Int
        let clients: Int
        let queuedLines: Int
        let channels: Int
    }

    private static let schema = """
        CREATE TABLE IF NOT EXISTS sessions (id INTEGER PRIMARY KEY, nick TEXT NOT NULL UNIQUE, secret TEXT);
        CREATE TABLE IF NOT EXISTS clients (
            token TEXT PRIMARY KEY, session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE);
        CREATE TABLE IF NOT EXISTS channels (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE IF NOT EXISTS members (
            channel INTEGER NOT NULL REFERENCES channels ON DELETE CASCADE,
            session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, PRIMARY KEY (channel, session));
        CREATE TABLE IF NOT EXISTS lines (
            id INTEGER PRIMARY KEY, client TEXT NOT NULL REFERENCES clients ON DELETE CASCADE, line TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS lines_of_client ON lines (client);
        """
    /// A client that never fetches its lines costs no more than this.
    private static let maxQueuedLines = 1_000

    private let file: EmbeddedDatabase

    init(path: String, patience: Duration) {
        file = EmbeddedDatabase(path: path, schema: Self.schema, patience: patience)
    }

    func counts() async throws -> Counts {
        try await file.read { database in
            func count(_ table: String) throws -> Int {
                try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM \(table)") ?? 0
            }
            return Counts(
                sessions: try count("sessions"),
                clients: try count("clients"),
                queuedLines: try count("lines"),
                channels: try count("channels")
            )
        }
    }

    // MARK: Sessions

    /// Creates a session with its first client, and returns the client's token.
    func createSession(nick: String, secret: String? = nil) async throws -> String {
        // Letters and digits only: no marks, and nothing invisible.
        let isPlain = nick.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
                !scalar.properties.isDefaultIgnorableCodePoint
            default: false
            }
        }
        guard !nick.isEmpty, nick.utf8.count <= 30, isPlain else { throw Refusal.badNick }
        return try await file.write { database in
            do {
                let change = "INSERT INTO sessions (nick, secret) VALUES (?, ?)"
                try database.execute(sql: change, arguments: [nick, secret])
            } catch let error as DatabaseError where error.isConstraint {
                throw Refusal.nickInUse
            }
            return try Self.addClient(to: database.lastInsertedRowID, in: database)
        }
    }

    /// Adds a client to a registered session, and returns its token.
    func login(nick: String, secret: String) async throws -> String {
        try await file.write { database in
            let query = "SELECT id FROM sessions WHERE nick = ? AND secret = ?"
            guard let session = try Int64.fetchOne(database, sql: query, arguments: [nick, secret]) else {
                throw Refusal.wrongSecret
            }
            return try Self.addClient(to: session, in: database)
        }
    }

    private static func addClient(to session: Int64, in database: Database) throws -> String {
        let token = String.randomToken()
        try database.execute(sql: "INSERT INTO clients VALUES (?, ?)", arguments: [token, session])
        return token
    }

    /// Removes a client, with its session if that is not registered and has no other client.
    func quit(token: String) async throws {
        try await file.write { database in
            _ = try Self.sender(token, in: database)
            try database.execute(sql: "DELETE FROM clients WHERE token = ?", arguments: [token])
            try database.execute(
                sql: """
                    DELETE FROM sessions WHERE secret IS NULL AND id NOT IN (SELECT session FROM clients);
                    DELETE FROM channels WHERE id NOT IN (SELECT channel FROM members)
                    """
            )
        }
    }

    // MARK: Messages

    func join(_ channel: String, token: String) async throws {
        try await file.write { database in
            let sender = try Self.sender(token, in: database)
            try database.execute(sql: "INSERT OR IGNORE INTO channels (name) VALUES (?)", arguments: [channel])
            try database.execute(
                sql: "INSERT OR IGNORE INTO members SELECT id, ? FROM channels WHERE name = ?",
                arguments: [sender.id, channel]
            )
        }
    }

    /// Queues a line for every client of the target and of the sender: a sender's other clients show the line too.
    /// Returns the number of clients whose queues were full.
    func say(_ verb: Command.Verb, to target: String, text: String, token: String) async throws -> Int {
        try await file.write { database in
            let sender = try Self.sender(token, in: database)
            let recipients = try Int64.fetchAll(
                database,
                sql: """
                    SELECT session FROM members JOIN channels ON channels.id = channel WHERE name = ?
                    UNION SELECT id FROM sessions WHERE nick = ?
                    """,
                arguments: [target, target]
            )
            guard !recipients.isEmpty else { throw Refusal.noSuchTarget }
            let sessions = Set(recipients).union([sender.id]).map(String.init).joined(separator: ",")
            let clients = try String.fetchAll(
                database,
                sql: "SELECT token FROM clients WHERE session IN (\(sessions))"
            )
            let line = ":\(sender.nick) \(verb.rawValue) \(target) :\(text)"
            var dropped = 0
            for client in clients {
                try database.execute(
                    sql: """
                        INSERT INTO lines (client, line) SELECT ?, ?
                        WHERE (SELECT COUNT(*) FROM lines WHERE client = ?) < ?
                        """,
                    arguments: [client, line, client, Self.maxQueuedLines]
                )
                if database.changesCount == 0 { dropped += 1 }
            }
            return dropped
        }
    }

    /// Returns and removes the lines that wait for a client.
    func takeLines(token: String) async throws -> [String] {
        try await file.write { database in
            _ = try Self.sender(token, in: database)
            let query = "SELECT line FROM lines WHERE client = ? ORDER BY id"
            let lines = try String.fetchAll(database, sql: query, arguments: [token])
            try database.execute(sql: "DELETE FROM lines WHERE client = ?", arguments: [token])
            return lines
        }
    }

    private static func sender(_ token: String, in database: Database) throws -> (id: Int64, nick: String) {
        let query = "SELECT id, nick FROM sessions JOIN clients ON session = id WHERE token = ?"
        guard let row = try Row.fetchOne(database, sql: query, arguments: [token]) else { throw Refusal.unknownToken }
        return (row["id"], row["nick"])
    }
}

extension String {
    /// 128 random bits from the system's secure generator.
    static func randomToken() -> String {
        [UInt64.random(in: .min ... .max), .random(in: .min ... .max)].map { String($0, radix: 36) }.joined()
    }
}
