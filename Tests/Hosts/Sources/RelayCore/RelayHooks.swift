/// Closures that a relay calls as things happen, each optional. They run on the thread of the event, outside the
/// relay's lock.
package struct RelayHooks: Sendable {
    /// Called once for each frame that a peer's socket has taken.
    package var frameForwarded: (@Sendable (Direction) -> Void)?
    package var refused: (@Sendable (Refusal) -> Void)?
    /// Called once for each binary that did not reconnect in time.
    package var graceExpired: (@Sendable () -> Void)?

    package init(
        frameForwarded: (@Sendable (Direction) -> Void)? = nil,
        refused: (@Sendable (Refusal) -> Void)? = nil,
        graceExpired: (@Sendable () -> Void)? = nil
    ) {
        self.frameForwarded = frameForwarded
        self.refused = refused
        self.graceExpired = graceExpired
    }
}
