#if Listener
#if ServiceLifecycle
public import ServiceLifecycle

extension MetricsListener: Service {}
#endif

extension MetricsListener {
    /// Listens until the task is cancelled or the service group shuts down.
    ///
    /// - Throws: ``ListenerError``, as ``run(onListening:)`` does.
    public func run() async throws {
        try await run { _ in }
    }

    /// Listens until the task is cancelled or the service group shuts down.
    ///
    /// The listener then stops accepting connections and closes idle ones. It lets responses in flight finish for at
    /// most the limits' `shutdownGrace`, and returns without throwing. If that happens before the listener is ready, it
    /// returns without calling `onListening`.
    ///
    /// - Parameter onListening: Called once for each address with the bound one, when the listener accepts connections
    ///   at all of them, and after the closure that the listener was created with.
    /// - Throws: ``ListenerError`` if the configuration is invalid, an address is not loopback and `allowsNonLoopback`
    ///   is false, an address is taken, a certificate is unusable, or the system refuses an address or closes a socket.
    public func run(onListening: (ListenerAddress) -> Void) async throws {
        let run = try ListenerRun(configuration)
        let stop = StopSignal()
        try await withTaskCancellationHandler {
            #if ServiceLifecycle
            try await withGracefulShutdownHandler {
                try await run.run(until: stop, onListening: onListening)
            } onGracefulShutdown: {
                stop.request()
            }
            #else
            try await run.run(until: stop, onListening: onListening)
            #endif
        } onCancel: {
            stop.request()
        }
    }
}
#endif
