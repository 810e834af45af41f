/// A scheduled call.
package struct Wakeup: Sendable {
    /// Has no effect if the call has been made or is in progress.
    package let cancel: @Sendable () -> Void

    init(cancel: @escaping @Sendable () -> Void) {
        self.cancel = cancel
    }
}
