/// The time a process started, since the Unix epoch.
///
/// The kernel reports it relative to the boot time, and derives the boot time from the clock: setting the clock would
/// move the start. So it is computed once, as soon as it is known.
package final class ProcessStart: Sendable {
    static let own = ProcessStart()

    private let known = Locked<Double?>(nil)

    package init() {}

    /// The boot time plus `sinceBoot`, from the first call in which both are known.
    package func seconds(boot: () -> Double?, sinceBoot: Double?) -> Double? {
        if let known = known.withLock({ $0 }) { return known }
        guard let sinceBoot, let boot = boot() else { return nil }
        return known.withLock { known in
            let seconds = known ?? boot + sinceBoot
            known = seconds
            return seconds
        }
    }
}
