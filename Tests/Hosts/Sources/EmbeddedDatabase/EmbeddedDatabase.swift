import GRDB

/// An SQLite file that the first query opens. After a temporary error, such as a missing folder, the next query opens
/// the file again. A broken database fails queries, but never the server.
package actor EmbeddedDatabase {
    private let path: String
    private let schema: String
    private let configuration: Configuration
    private var queue: DatabaseQueue?

    /// - Parameters:
    ///   - schema: Statements that create missing tables.
    ///   - patience: The time for which a query waits for a lock that another process holds.
    package init(path: String, schema: String, patience: Duration) {
        self.path = path
        self.schema = schema
        var configuration = Configuration()
        configuration.busyMode = .timeout(patience / .seconds(1))
        self.configuration = configuration
    }

    /// Runs a query in a read-only transaction.
    package func read<T: Sendable>(_ query: @Sendable @escaping (Database) throws -> T) async throws -> T {
        let queue = try await open()
        return try await reopeningAfterErrors { try await queue.read(query) }
    }

    /// Runs changes in a transaction, which an error rolls back.
    package func write<T: Sendable>(_ change: @Sendable @escaping (Database) throws -> T) async throws -> T {
        let queue = try await open()
        return try await reopeningAfterErrors { try await queue.write(change) }
    }

    private func open() async throws -> DatabaseQueue {
        if let queue { return queue }
        let opened = try DatabaseQueue(path: path, configuration: configuration)
        try await opened.write { [schema] in try $0.execute(sql: schema) }
        queue = opened
        return opened
    }

    private func reopeningAfterErrors<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as DatabaseError where error.resultCode != .SQLITE_BUSY && !error.isConstraint {
            queue = nil
            throw error
        }
    }
}

extension DatabaseError {
    /// True if the change violated a constraint. The file itself is intact.
    package var isConstraint: Bool { resultCode == .SQLITE_CONSTRAINT }
}
