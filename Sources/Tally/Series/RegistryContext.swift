/// The clocks, the settings and the counts that all families of a registry share.
final class RegistryContext: Sendable {
    let rejected = RejectedUpdates()
    let clock: ElapsedClock
    /// The time since the registry was made.
    let now: @Sendable () -> Duration
    var isRealTime: Bool { clock.isRealTime }
    /// Seconds since the Unix epoch, by the time of day.
    let wallSeconds: @Sendable () -> Double
    /// True if series keep the time they were made at.
    let exposesCreated: Bool
    /// Seeds the hashes of label text, so that nobody outside can choose label values that collide.
    let seed: UInt64

    init(
        clock: ElapsedClock,
        wallSeconds: @escaping @Sendable () -> Double,
        exposesCreated: Bool
    ) {
        self.clock = clock
        now = clock.now
        self.wallSeconds = wallSeconds
        self.exposesCreated = exposesCreated
        self.seed = UInt64.random(in: .min ... .max)
    }
}
