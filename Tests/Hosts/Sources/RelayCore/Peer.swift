/// The relay's view of a connection's socket.
package struct Peer: Sendable {
    /// Sends envelopes in order, without waiting. The completion reports whether the socket took the envelope.
    package let send: @Sendable (Envelope, _ completion: @escaping @Sendable (_ isSent: Bool) -> Void) -> Void
    package let close: @Sendable () -> Void

    package init(
        send: @escaping @Sendable (Envelope, _ completion: @escaping @Sendable (_ isSent: Bool) -> Void) -> Void,
        close: @escaping @Sendable () -> Void
    ) {
        self.send = send
        self.close = close
    }
}
