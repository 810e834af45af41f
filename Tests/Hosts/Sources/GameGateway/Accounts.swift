import EmbeddedDatabase
import GRDB

struct Account: Sendable {
    let name: String
    /// Nil for a robot.
    let kind: AccountKind?
}

/// The accounts and their tokens, in an SQLite file that several gateways share.
struct Accounts: Sendable {
    private static let schema = """
        CREATE TABLE IF NOT EXISTS accounts (token TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT)
        """

    private let file: EmbeddedDatabase

    init(path: String, patience: Duration) {
        file = EmbeddedDatabase(path: path, schema: Self.schema, patience: patience)
    }

    /// Creates an account, and returns its token.
    func create(_ account: Account) async throws -> String {
        guard (1...30).contains(account.name.utf8.count) else { throw Refusal.badName }
        let words = [UInt64.random(in: .min ... .max), .random(in: .min ... .max)]
        let token = words.map { String($0, radix: 36) }.joined()
        try await file.write { database in
            do {
                try database.execute(
                    sql: "INSERT INTO accounts VALUES (?, ?, ?)",
                    arguments: [token, account.name, account.kind?.rawValue]
                )
            } catch let error as DatabaseError where error.isConstraint {
                throw Refusal.nameTaken
            }
        }
        return token
    }

    /// The account that a token belongs to.
    func account(token: String) async throws -> Account {
        guard !token.isEmpty else { throw Refusal.refusedToken }
        return try await file.read { database in
            let query = "SELECT name, kind FROM accounts WHERE token = ?"
            guard let row = try Row.fetchOne(database, sql: query, arguments: [token]) else {
                throw Refusal.refusedToken
            }
            let kind: String? = row["kind"]
            return Account(name: row["name"], kind: kind.flatMap(AccountKind.init))
        }
    }

    /// Throws if the file cannot be read.
    func check() async throws {
        _ = try await file.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM accounts") }
    }
}
