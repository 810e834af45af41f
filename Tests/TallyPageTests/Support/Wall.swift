import Tally

/// A wall clock, and a switch that a check reads.
final class Wall: Sendable {
    private let state = Locked((now: 100.0, isBad: false))

    var now: Double {
        get { state.withLock { $0.now } }
        set { state.withLock { $0.now = newValue } }
    }

    var isBad: Bool {
        get { state.withLock { $0.isBad } }
        set { state.withLock { $0.isBad = newValue } }
    }
}
