import Tally

/// A client's violation of the protocol, or its failure to keep up.
enum ClientError: String, LabelSet, LabelValue, CaseIterable {
    /// The request was no WebSocket handshake, or came too late.
    case handshake
    /// A frame that RFC 6455 forbids.
    case malformed
    /// A frame or message over the limit.
    case oversized
    /// Text that is not UTF-8.
    case invalidText = "invalid_text"
    /// The client did not answer a ping.
    case silent
    /// The client read too slowly, and its queue was full.
    case slow

    static let schema: [Label<Self>] = [Label("kind", \.self)]
}

struct HubMetrics: Sendable {
    let connectedClients: Gauge
    let connections: Counter
    let disconnections: Counter
    let messages: Counter
    let errors: Family<ClientError, Counter>

    init(in registry: MetricRegistry) {
        connectedClients = Gauge("websocket_connected_clients", help: "Clients connected now.", in: registry)
        connections = Counter("websocket_connections_total", help: "Clients connected since boot.", in: registry)
        disconnections = Counter("websocket_disconnections_total", help: "Clients gone since boot.", in: registry)
        messages = Counter("websocket_messages_total", help: "Messages received and broadcast.", in: registry)
        errors = Family("websocket_client_errors_total", help: "Errors of clients, by kind.", in: registry)
    }
}
