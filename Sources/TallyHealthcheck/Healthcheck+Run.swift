#if ServiceLifecycle
public import ServiceLifecycle
internal import Tally

extension Healthcheck: Service {
    /// Waits until the service group shuts down, and then drains without a delay, as ``draining(for:)`` does.
    public func run() async throws {
        try await draining(for: .zero).run()
    }

    /// Returns a service that makes ``readiness()`` return 503 when its service group shuts down, and that ends after a
    /// delay.
    ///
    /// A group shuts its services down one after another, in reverse order. List the healthcheck last. During the
    /// delay, the load balancer notices that the instance is not ready, while the server still accepts requests:
    ///
    /// ```swift
    /// let group = ServiceGroup(
    ///     services: [listener, server, healthcheck.draining(for: .seconds(5))],
    ///     gracefulShutdownSignals: [.sigterm],
    ///     logger: logger
    /// )
    /// ```
    ///
    /// When the service ends, background refreshes end too. Documents and probes still run the closures that they need.
    ///
    /// - Parameter delay: The time between the shutdown and the end of the service. It must exceed the period of the
    ///   load balancer's probe times its failure threshold. Cancelling the group ends the delay early.
    public func draining(for delay: Duration) -> some Service {
        HealthcheckDrain(healthcheck: self, delay: delay)
    }
}

/// The draining of a healthcheck as a service.
private struct HealthcheckDrain: Service {
    let healthcheck: Healthcheck
    let delay: Duration

    func run() async throws {
        // Throws if the task is cancelled, which ends the service as well.
        try? await gracefulShutdown()
        healthcheck.beginDraining()
        if delay > .zero {
            let end = FirstAnswer<Void>()
            let timer = healthcheck.clock.wake(after: delay) { end.give(()) }
            await end.wait { end.give(()) }
            timer.cancel()
        }
        healthcheck.endRefreshing()
    }
}
#else
extension Healthcheck {
    /// Available only with the package trait `ServiceLifecycle`.
    @available(*, unavailable, message: "a Healthcheck is a Service only with the package trait 'ServiceLifecycle'")
    public func run() async throws {}

    /// Available only with the package trait `ServiceLifecycle`.
    @available(*, unavailable, message: "a Healthcheck is a Service only with the package trait 'ServiceLifecycle'")
    public func draining(for delay: Duration) {}
}
#endif
