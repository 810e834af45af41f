#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A value that one thread waits for others to change, up to a time.
///
/// `Synchronization.Mutex` has no condition variable. Unchecked `Sendable`, since pointers and a `var` are not: the state
/// is touched under the mutex alone, and the pointers are set once.
@safe
package final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    package init(_ state: State) {
        self.state = state
        unsafe pthread_mutex_init(mutex, nil)
        #if canImport(Darwin)
        unsafe pthread_cond_init(condition, nil)
        #else
        // Waits are by the clock that nobody sets.
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
        #endif
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Changes the state, and wakes the thread that waits.
    package func change<Result>(_ body: (inout State) -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer {
            unsafe pthread_cond_signal(condition)
            unsafe pthread_mutex_unlock(mutex)
        }
        return body(&state)
    }

    /// What the waiting thread does next.
    package enum Step<Item> {
        case take(Item)
        case wait(atMost: Duration)
        case end
    }

    /// Asks `step` for the next item until there is one; nil at the end. `step` is told whether a wait has just run out.
    package func next<Item>(_ step: (inout State, _ hasTimedOut: Bool) -> Step<Item>) -> Item? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
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
        // A day at a time, since not every duration has components.
        let (seconds, attoseconds) = min(limit, .seconds(86_400)).components
        return unsafe withUnsafeTemporaryAllocation(of: timespec.self, capacity: 1) { memory in
            // Two words on every 64-bit system. Read as such: which module the members of `timespec` belong to depends on
            // what else is imported.
            guard MemoryLayout<timespec>.size == 16, let time = memory.baseAddress else { return true }
            #if canImport(Darwin)
            let words = unsafe UnsafeMutableRawPointer(time).assumingMemoryBound(to: Int64.self)
            unsafe words[0] = seconds
            unsafe words[1] = attoseconds / 1_000_000_000
            return unsafe pthread_cond_timedwait_relative_np(condition, mutex, time) == ETIMEDOUT
            #else
            unsafe clock_gettime(CLOCK_MONOTONIC, time)
            let words = unsafe UnsafeMutableRawPointer(time).assumingMemoryBound(to: Int64.self)
            let nanoseconds = unsafe words[1] + attoseconds / 1_000_000_000
            unsafe words[0] += seconds + nanoseconds / 1_000_000_000
            unsafe words[1] = nanoseconds % 1_000_000_000
            return unsafe pthread_cond_timedwait(condition, mutex, time) == ETIMEDOUT
            #endif
        }
    }
}
