@testable import Tally

/// A clock that a test can set back.
final class BackwardClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset = Swift.Duration.zero

        func advanced(by duration: Swift.Duration) -> Instant { Instant(offset: offset.adding(duration)) }
        func duration(to other: Instant) -> Swift.Duration { other.offset.since(offset) }
        static func < (one: Instant, two: Instant) -> Bool { one.offset < two.offset }
    }

    private let state = Locked(Instant())

    var now: Instant { state.withLock { $0 } }
    var minimumResolution: Swift.Duration { .nanoseconds(1) }

    func step(by duration: Swift.Duration) { state.withLock { $0 = $0.advanced(by: duration) } }

    func sleep(until deadline: Instant, tolerance: Swift.Duration?) async throws {}
}
