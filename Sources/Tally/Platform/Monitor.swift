#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A value with a condition variable: one thread waits, with a timeout, for others to change the value.
///
/// `Synchronization.Mutex` has no condition variable. Unchecked `Sendable`, because the class holds pointers and a
/// `var`: the state is accessed only under the mutex, and the pointers are set once.
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
        // Waits use the monotonic clock, which nobody can set.
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

    /// Changes the state and wakes the waiting thread.
    package func change<Result>(_ body: (inout State) -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer {
            unsafe pthread_cond_signal(condition)
            unsafe pthread_mutex_unlock(mutex)
        }
        return body(&state)
    }

    /// The next action of the waiting thread.
    package enum Step<Item> {
        case take(Item)
        case wait(atMost: Duration)
        case end
    }

    /// Calls `step` until it returns an item, and returns that item, or nil at the end. `step` receives whether a
    /// wait has just timed out.
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

    /// Releases the mutex until the state changes. Returns true if the time ran out.
    private func wait(atMost limit: Duration) -> Bool {
        // At most one day at a time, because not every duration has components.
        let (seconds, attoseconds) = min(limit, .seconds(86_400)).components
        return unsafe withUnsafeTemporaryAllocation(of: timespec.self, capacity: 1) { memory in
            // Two words on every 64-bit system. They are accessed as words because the module that declares the members
            // of `timespec` depends on the other imports.
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
