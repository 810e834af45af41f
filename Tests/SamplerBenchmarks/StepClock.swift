#if Docker && SQLite
import Synchronization

/// A clock that moves only when told to, so that ticks of hours take seconds.
final class StepClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
    }

    private let time = Mutex(Duration.zero)

    var now: Instant { Instant(offset: time.withLock(\.self)) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func step(by duration: Duration) {
        time.withLock { $0 += duration }
    }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        fatalError("nothing sleeps on this clock")
    }
}
#endif
