import Tally

/// The server's counters since boot.
struct ChatMetrics: Sendable {
    let connections: Counter
    let sessions: Counter
    let messages: Counter
    let droppedLines: Counter
    let refusals: Family<Refusal, Counter>
    /// Runs of the healthcheck's provider that queries the database.
    let countRuns: Counter

    init(in registry: MetricRegistry) {
        connections = Counter("chat_connections_total", help: "Clients that joined a session.", in: registry)
        sessions = Counter("chat_sessions_total", help: "Sessions created.", in: registry)
        messages = Counter("chat_messages_total", help: "PRIVMSG and NOTICE accepted.", in: registry)
        droppedLines = Counter("chat_dropped_lines_total", help: "Lines for clients with full queues.", in: registry)
        refusals = Family("chat_refusals_total", help: "Requests refused, by IRC numeric.", in: registry)
        countRuns = Counter("chat_database_counts_total", help: "Times the rows were counted.", in: registry)
    }
}
