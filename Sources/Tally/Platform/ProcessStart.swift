/// The time a process started, since the Unix epoch.
///
/// The kernel counts it from its boot, whose time it computes anew from the clock: whoever sets the clock would move
/// the start. So it is computed once, when it is first known.
package final class ProcessStart: Sendable {
    static let own = ProcessStart()

    private let known = Locked<Double?>(nil)

    package init() {}

    /// The start, from what is known first of the boot's time and of the time between.
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
