/// A value with a condition variable: one thread waits, with a timeout, for others to change the value.
///
/// Unchecked `Sendable`, because the class holds a `var`: the state is accessed only under the mutex.
package final class Monitor<State>: @unchecked Sendable {
    private let condition = Condition()
    private var state: State

    package init(_ state: State) {
        self.state = state
    }

    /// Changes the state and wakes the waiting thread.
    package func change<Result>(_ body: (inout State) -> Result) -> Result {
        condition.lock()
        defer {
            condition.signal()
            condition.unlock()
        }
        return body(&state)
    }

    /// The next action of the waiting thread.
    package enum Step<Item> {
        case take(Item)
        case wait(atMost: Duration)
        case end
    }

    /// Calls `step` until it returns an item, which is the result, or the end. `hasTimedOut`: the last wait timed out.
    package func next<Item>(_ step: (inout State, _ hasTimedOut: Bool) -> Step<Item>) -> Item? {
        condition.lock()
        defer { condition.unlock() }
        var hasTimedOut = false
        while true {
            switch step(&state, hasTimedOut) {
            case .take(let item): return item
            case .wait(let limit): hasTimedOut = condition.wait(atMost: limit)
            case .end: return nil
            }
        }
    }
}
