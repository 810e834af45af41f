import Synchronization
import Tally

/// A chat server with a relay, without the network. Each round makes the updates that the handlers of a request would.
///
/// The number of a round determines its counts, so that a reader of the metrics can predict them.
final class SimulatedServer: Sendable {
    /// Room names with quotes, backslashes, line feeds, accents and emoji, as real ones have.
    static let rooms = ["lobby", #"the "quiet" corner"#, #"C:\logs"#, "café", "\"two\\\nlines\" été 🚀"]

    static let users = 750

    let metrics: ChatMetrics
    let database = SimulatedDatabase()
    /// The number of files, more than the family of downloads may have.
    static let files = 40

    private let rounds = Atomic<Int>(0)
    private let next = Atomic<Int>(0)
    private let queue = Atomic<Int>(0)

    init(registry: MetricRegistry) {
        metrics = ChatMetrics(in: registry)
        ObservedGauge("chat_queued_lines", help: "Lines waiting to be sent.", in: registry) { [self] in
            Double(queue.load(ordering: .relaxed))
        }
    }

    /// The number of rounds that have ended.
    var roundsDone: Int { rounds.load(ordering: .relaxed) }

    /// Runs `limit` rounds on several tasks, or runs until the task is cancelled.
    func run(limit: Int?, roundsPerPause: Int = 100, pause: Duration = .milliseconds(5)) async {
        await withDiscardingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    while !Task.isCancelled {
                        let first = self.next.wrappingAdd(roundsPerPause, ordering: .relaxed).oldValue
                        let last = min(first + roundsPerPause, limit ?? .max)
                        guard first < last else { return }
                        // In flight during the pause, so that it has a duration.
                        let batch = first / roundsPerPause
                        let call = self.metrics.http.start(method: batch % 4 == 3 ? "POST" : "GET", scheme: .https)
                        for round in first..<last { self.work(round) }
                        self.rounds.wrappingAdd(last - first, ordering: .relaxed)
                        try? await Task.sleep(for: pause)
                        let status = batch % 97 == 96 ? 500 : 200
                        call.finish(route: ChatMetrics.routes[batch % ChatMetrics.routes.count], status: status)
                    }
                }
            }
        }
    }

    /// Simulates a client that connects, sends a message and, except for every fiftieth, disconnects.
    private func work(_ round: Int) {
        metrics.connections.increment()
        metrics.clients.increment()
        metrics.activeUsers.record("user \(round % Self.users)")
        database.change(.sessions, by: 1)
        database.change(.clients, by: 1)
        queue.store(round % 7, ordering: .relaxed)
        metrics.messages.increment(for: .init(room: Self.rooms[round % Self.rooms.count]))
        metrics.sentBytes.increment(by: 64 + round % 256)
        metrics.workSeconds.increment(by: 0.25)
        let route = ChatMetrics.Route(
            method: round.isMultiple(of: 4) ? .post : .get,
            outcome: round % 10 == 9 ? .clientError : .ok
        )
        metrics.requests.increment(for: route)
        let took = Duration.milliseconds(round % 100)
        if round % 100 == 7 {
            // A tracing system would provide the identifier. OpenMetrics exposes it with the bucket.
            metrics.latency[route].observe(took, exemplar: ["trace_id": "trace-\(round)"])
        } else {
            metrics.latency.observe(took, for: route)
        }
        metrics.frames.increment(for: .phoneToBinary)
        if round.isMultiple(of: 2) { metrics.frames.increment(for: .binaryToPhone) }
        metrics.downloads.increment(for: .init(file: "file-\(round % Self.files)"))
        // A mistake that real servers make, too: it is rejected and counted.
        if round % 1_000 == 999 { metrics.sentBytes.increment(by: -1) }
        if round % 20 == 19 { metrics.graceExpiries.increment() }
        if round % 50 != 49 {
            metrics.clients.decrement()
            database.change(.clients, by: -1)
            metrics.disconnections.increment()
        }
    }

    /// A few of the counts, in plain text.
    var summary: String {
        """
        \(roundsDone) requests simulated.
        connections \(metrics.connections.value), disconnections \(metrics.disconnections.value), \
        clients now \(Int(metrics.clients.value)), bytes sent \(metrics.sentBytes.value)
        frames: phone to binary \(metrics.frames[.phoneToBinary].value), \
        binary to phone \(metrics.frames[.binaryToPhone].value), grace expiries \(metrics.graceExpiries.value)
        active users by window: \(metrics.activeUsers.counts())
        """
    }
}
