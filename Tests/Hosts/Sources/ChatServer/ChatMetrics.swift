import Tally

/// The server's counters since boot.
struct ChatMetrics: Sendable {
    let connections: Counter
    let sessions: Counter
    let messages: Counter
    /// Runs of the healthcheck's provider that queries the database.
    let countRuns: Counter

    init(in registry: MetricRegistry) {
        connections = Counter("chat_connections_total", help: "Requests accepted since boot.", in: registry)
        sessions = Counter("chat_sessions_total", help: "Sessions begun since boot.", in: registry)
        messages = Counter("chat_messages_total", help: "Messages said since boot.", in: registry)
        countRuns = Counter("chat_database_counts_total", help: "Times the rows were counted.", in: registry)
    }
}
