import Foundation
import Tally

/// Blocks its callers' threads until it is opened.
final class Gate: Sendable {
    private let condition = NSCondition()
    private let state = Locked((isOpen: false, waiting: 0))

    /// Blocks the thread. Gives up after ten minutes, longer than any test may take on a busy machine, so that a bug
    /// does not hold the process.
    func block() {
        let limit = Date(timeIntervalSinceNow: 600)
        condition.lock()
        state.withLock { $0.waiting += 1 }
        while !state.withLock({ $0.isOpen }), condition.wait(until: limit) {}
        state.withLock { $0.waiting -= 1 }
        condition.unlock()
    }

    /// The number of blocked threads.
    var waiting: Int { state.withLock { $0.waiting } }

    func open() {
        condition.lock()
        state.withLock { $0.isOpen = true }
        condition.broadcast()
        condition.unlock()
    }
}
