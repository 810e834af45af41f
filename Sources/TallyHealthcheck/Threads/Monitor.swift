#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A value that one thread waits for others to change, for at most so long.
///
/// `Mutex` has no condition to wait for. Unchecked `Sendable`, since pointers and a `var` are not: the state is touched
/// under the mutex alone, and the pointers are set once.
final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        #if canImport(Darwin)
        pthread_cond_init(condition, nil)
        #else
        // Waits are by the clock that nobody sets.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
        #endif
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Changes the state, and wakes the thread that waits.
    func change<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_signal(condition)
            pthread_mutex_unlock(mutex)
        }
        return body(&state)
    }

    /// What the waiting thread does next.
    enum Step<Item> {
        case take(Item)
        case wait(atMost: Duration)
        case end
    }

    /// Asks `step` for the next item until there is one; nil at the end. `step` is told whether a wait has just run out.
    func next<Item>(_ step: (inout State, _ hasTimedOut: Bool) -> Step<Item>) -> Item? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var hasTimedOut = false
        while true {
            switch step(&state, hasTimedOut) {
            case .take(let item): return item
            case .wait(let limit): hasTimedOut = wait(atMost: limit)
            case .end: return nil
            }
        }
    }

    /// Lets the mutex go until somebody changes the state. Returns whether the time ran out.
    private func wait(atMost limit: Duration) -> Bool {
        let (seconds, attoseconds) = limit.components
        var time = timespec()
        #if canImport(Darwin)
        time.tv_sec = Int(seconds)
        time.tv_nsec = Int(attoseconds / 1_000_000_000)
        return pthread_cond_timedwait_relative_np(condition, mutex, &time) == ETIMEDOUT
        #else
        clock_gettime(CLOCK_MONOTONIC, &time)
        let nanoseconds = Int(time.tv_nsec) + Int(attoseconds / 1_000_000_000)
        time.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
        time.tv_nsec = nanoseconds % 1_000_000_000
        return pthread_cond_timedwait(condition, mutex, &time) == ETIMEDOUT
        #endif
    }
}
