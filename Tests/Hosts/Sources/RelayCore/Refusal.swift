/// The reason why the relay refused a request of a connection.
package enum Refusal: String, Error, CaseIterable, Sendable {
    case malformedEnvelope = "malformed_envelope"
    /// No binary of that name is connected.
    case missingPeer = "missing_peer"
    /// A binary named a phone that is not its own.
    case unknownConnection = "unknown_connection"
    /// The peer's socket did not take the frame.
    case failedSend = "failed_send"
    /// The connection sent no hello in time.
    case silent
}
