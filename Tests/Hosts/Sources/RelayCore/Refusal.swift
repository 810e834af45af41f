/// The reason a relay did not do what a connection asked for.
package enum Refusal: String, Error, CaseIterable, Sendable {
    case malformedEnvelope = "malformed_envelope"
    /// No binary of that name is connected.
    case missingPeer = "missing_peer"
    /// A binary named a phone that is not its own.
    case unknownConnection = "unknown_connection"
    /// The peer's socket did not take the frame.
    case failedSend = "failed_send"
    /// The connection did not say in time who it is.
    case silent
}
