/// The relay's view of a connection's socket.
public struct Peer: Sendable {
    /// Sends an envelope in order, then says whether the socket took it. Returns without waiting for that.
    public let send: @Sendable (Envelope, _ completion: @escaping @Sendable (_ isSent: Bool) -> Void) -> Void
    public let close: @Sendable () -> Void

    public init(
        send: @escaping @Sendable (Envelope, _ completion: @escaping @Sendable (_ isSent: Bool) -> Void) -> Void,
        close: @escaping @Sendable () -> Void
    ) {
        self.send = send
        self.close = close
    }
}
