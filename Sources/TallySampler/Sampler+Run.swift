#if ServiceLifecycle
public import ServiceLifecycle

extension Sampler: Service {
    /// Samples until the sampler is stopped, the task is cancelled, or the service group shuts down.
    ///
    /// - Throws: ``SamplerError`` if the sampler has been stopped.
    public func run() async throws {
        try await withGracefulShutdownHandler {
            try await runUntilStopped()
        } onGracefulShutdown: { [core] in
            core.requestStop()
        }
    }
}
#else
extension Sampler {
    /// Samples until the sampler is stopped or the task is cancelled.
    ///
    /// - Throws: ``SamplerError`` if the sampler has been stopped.
    public func run() async throws {
        try await runUntilStopped()
    }
}
#endif
