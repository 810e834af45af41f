internal import Tally
internal import TallyHealthcheck

/// Records a registry's values once a second, on its own thread. With the clock of a test, records in a task.
final class HistoryRecorder: Sendable {
    private struct Timer {
        var next: Wakeup?
        var isStopped = false
    }

    /// A class, so that the lock does not copy the ring. Its series are not `Sendable`; the lock guards them.
    private final class Contents {
        var ring: HistoryRing

        init(_ ring: HistoryRing) {
            self.ring = ring
        }
    }

    private let registry: MetricRegistry
    private let clock: HealthClock
    private let timer = Locked(Timer())
    private let contents: Locked<Contents>

    init(of registry: MetricRegistry, _ history: PageHistory, _ clock: HealthClock) {
        self.registry = registry
        self.clock = clock
        contents = Locked(Contents(HistoryRing(history)))
    }

    /// Records at once, and then once a second until ``stop()`` or until the recorder is released.
    func start() { wake(after: .zero) }

    private func wake(after delay: Duration) {
        let next = clock.wake(after: delay) { [weak self] in
            guard let self else { return }
            record()
            // A little into the next second, because a timer is never exact.
            let fraction = Duration(secondsComponent: 0, attosecondsComponent: clock.now().components.attoseconds)
            wake(after: .milliseconds(1_010) - fraction)
        }
        let isStopped = timer.withLock { timer in
            timer.next = next
            return timer.isStopped
        }
        if isStopped { next.cancel() }
    }

    func stop() {
        let next = timer.withLock { timer in
            timer.isStopped = true
            return timer.next.take()
        }
        next?.cancel()
    }

    /// Records the current values, unless this second already has values.
    func record() {
        let elapsed = clock.now()
        guard contents.withLock({ $0.ring.isDue(at: elapsed) }) else { return }
        let own = registry.ownFamilyNames
        let families = registry.reading(within: .milliseconds(500)).families
        contents.withLock { $0.ring.add(families, at: elapsed, own: own) }
    }

    /// Calls `body` with the history, under the lock.
    func read<Result: Sendable>(_ body: (HistoryRing) -> Result) -> Result {
        contents.withLock { body($0.ring) }
    }
}
