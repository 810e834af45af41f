import GRDB
import Tally

/// The server's data: its sessions and clients, its channels, and the messages still to be sent.
struct ChatDatabase: Sendable {
    enum Table: String, CaseIterable, Sendable {
        case sessions, clients, queue, channels
    }

    private let queue: DatabaseQueue
    /// The number of runs of the provider that reads the four counts.
    let countRuns: Counter

    /// - Parameter patience: The seconds for which a query waits for a lock that another process holds.
    init(path: String, patience: Double, countRuns: Counter) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(patience)
        queue = try DatabaseQueue(path: path, configuration: configuration)
        self.countRuns = countRuns
        try queue.write { database in
            for table in Table.allCases {
                try database.execute(
                    sql: "CREATE TABLE IF NOT EXISTS \(table.rawValue) (id INTEGER PRIMARY KEY, name TEXT NOT NULL)"
                )
            }
        }
    }

    func insert(_ name: String, into table: Table) async throws {
        try await queue.write { database in
            try database.execute(sql: "INSERT INTO \(table.rawValue) (name) VALUES (?)", arguments: [name])
        }
    }

    func count(_ table: Table) async throws -> Int {
        try await queue.read { database in
            try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM \(table.rawValue)") ?? 0
        }
    }
}
