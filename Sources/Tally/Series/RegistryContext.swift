/// The clocks, the settings and the counts that all families of a registry share.
final class RegistryContext: Sendable {
    let rejected = RejectedUpdates()
    /// Time since the registry was made, by its own clock.
    let now: @Sendable () -> Duration
    /// Waits so long, by that clock.
    let sleep: @Sendable (Duration) async throws -> Void
    /// True if that clock goes on by itself, as the machine's does.
    let isRealTime: Bool
    /// Seconds since the Unix epoch, by the time of day.
    let wallSeconds: @Sendable () -> Double
    /// True if series keep the time they were made at.
    let exposesCreated: Bool
    /// Seeds the hashes of label text, so that nobody outside can choose label values that collide.
    let seed: UInt64

    init(
        now: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        isRealTime: Bool,
        wallSeconds: @escaping @Sendable () -> Double,
        exposesCreated: Bool
    ) {
        self.now = now
        self.sleep = sleep
        self.isRealTime = isRealTime
        self.wallSeconds = wallSeconds
        self.exposesCreated = exposesCreated
        self.seed = UInt64.random(in: .min ... .max)
    }
}
