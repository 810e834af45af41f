import Synchronization

/// A database with a delay, as real ones have. The server writes to it, and the healthcheck counts its rows.
final class SimulatedDatabase: Sendable {
    enum Table: Sendable {
        case sessions
        case clients
    }

    private let rows = Mutex<[Table: Int]>([:])

    func change(_ table: Table, by count: Int) {
        rows.withLock { $0[table, default: 0] += count }
    }

    func count(_ table: Table) async throws -> Int {
        try await Task.sleep(for: .milliseconds(2))
        return rows.withLock { $0[table, default: 0] }
    }
}
