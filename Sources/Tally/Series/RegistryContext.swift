/// The clocks, settings and counts that all families of a registry share.
final class RegistryContext: Sendable {
    let rejected = RejectedUpdates()
    let clock: ElapsedClock
    /// The time since the registry was created.
    let now: @Sendable () -> Duration
    var isRealTime: Bool { clock.isRealTime }
    /// Seconds since the Unix epoch, by the wall clock.
    let wallSeconds: @Sendable () -> Double
    /// True if series record and expose their creation time.
    let exposesCreated: Bool
    /// The host's closure that reads an exemplar from the context of an update.
    let exemplars: (@Sendable () -> Exemplar?)?
    /// The flags of `Stripes` for instruments that take exemplars.
    let exemplarFlags: UInt
    /// Seeds the hashes of label text, so that no outsider can choose label values that collide.
    let seed: UInt64

    init(
        clock: ElapsedClock,
        wallSeconds: @escaping @Sendable () -> Double,
        exposesCreated: Bool,
        exemplars: (@Sendable () -> Exemplar?)?
    ) {
        self.clock = clock
        now = clock.now
        self.wallSeconds = wallSeconds
        self.exposesCreated = exposesCreated
        self.exemplars = exemplars
        exemplarFlags =
            exemplars == nil ? 0 : clock.isRealTime ? Stripes.samples : Stripes.samples | Stripes.usesInjectedClock
        self.seed = UInt64.random(in: .min ... .max)
    }
}
