import NIOWebSocket
import Synchronization

/// The connected clients. Sends each message to all of them, its sender included.
final class Hub: Sendable {
    private struct State {
        var clients: [ObjectIdentifier: Client] = [:]
        var isClosing = false
    }

    let metrics: HubMetrics
    private let state = Mutex(State())

    init(metrics: HubMetrics) {
        self.metrics = metrics
    }

    /// Connects a client while `session` runs. Removes the client when the session ends for any reason, so each client
    /// is removed once and counted once.
    func connect(_ client: Client, while session: () async throws -> Void) async throws {
        metrics.connections.increment()
        defer { metrics.disconnections.increment() }
        try await metrics.connectedClients.withIncrement {
            let isClosing = state.withLock { state in
                state.clients[ObjectIdentifier(client)] = client
                return state.isClosing
            }
            defer { state.withLock { _ = $0.clients.removeValue(forKey: ObjectIdentifier(client)) } }
            if isClosing { client.close(.goingAway) }
            try await session()
        }
    }

    /// Queues a message for each client. Never waits for a slow one.
    func broadcast(_ message: WebSocketFrame) {
        metrics.messages.increment()
        for client in state.withLock({ Array($0.clients.values) }) { send(message, to: client) }
    }

    /// Queues a frame for one client, or disconnects the client if its queue is full.
    func send(_ frame: WebSocketFrame, to client: Client) {
        guard !client.send(frame) else { return }
        metrics.errors.increment(for: .slow)
        client.disconnect()
    }

    /// Closes all clients, and those that connect later.
    func close() {
        let clients = state.withLock { state in
            state.isClosing = true
            return Array(state.clients.values)
        }
        for client in clients { client.close(.goingAway) }
    }
}
