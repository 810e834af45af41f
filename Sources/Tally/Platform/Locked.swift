package import Synchronization

/// A value behind a lock of the C library.
///
/// `Synchronization.Mutex` is a priority-inheriting futex on Linux. Once more threads than cores compete for it, every
/// release hands it to a thread that has to be woken first. This lock is cheaper then, but not fair: a thread that
/// releases it can take it again before a waiting thread has woken. Work in many steps calls ``withLockInTurn(_:)``. It
/// does not inherit priorities.
///
/// Unchecked `Sendable`, because pointers are not: the value is accessed only under the lock, the rest are atomics.
@safe
package struct Locked<Value>: ~Copyable, @unchecked Sendable {
    /// The number of threads that wait, and then the number of waits that have ended.
    @usableFromInline
    let waits: UnsafeMutablePointer<Atomic<UInt>>
    @usableFromInline
    let lock: UnsafeMutableRawPointer
    @usableFromInline
    let value: UnsafeMutablePointer<Value>

    package init(_ value: consuming sending Value) {
        // Side by side, so that all are in the processor's cache once the lock is.
        func rounded(_ size: Int, to alignment: Int) -> Int { (size + alignment - 1) & ~(alignment - 1) }
        let lockOffset = rounded(2 * MemoryLayout<UInt>.size, to: System.lockAlignment)
        let valueOffset = rounded(lockOffset + System.lockSize, to: MemoryLayout<Value>.alignment)
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: valueOffset + MemoryLayout<Value>.size,
            alignment: max(System.lockAlignment, MemoryLayout<Value>.alignment, MemoryLayout<UInt>.alignment)
        )
        unsafe waits = memory.bindMemory(to: Atomic<UInt>.self, capacity: 2)
        for index in 0..<2 { unsafe (waits + index).initialize(to: Atomic(0)) }
        unsafe lock = memory + lockOffset
        unsafe System.createLock(at: lock)
        unsafe self.value = (memory + valueOffset).bindMemory(to: Value.self, capacity: 1)
        unsafe self.value.initialize(to: value)
    }

    deinit {
        unsafe value.deinitialize(count: 1)
        unsafe System.destroyLock(lock)
        unsafe waits.deallocate()
    }

    /// Runs `body` while holding the lock. Not reentrant: traps in debug builds.
    @inlinable
    @inline(__always)
    package borrowing func withLock<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        if unsafe !System.tryAcquire(lock) { wait() }
        defer { unsafe System.release(lock: lock) }
        return unsafe body(&value.pointee)
    }

    /// As ``withLock(_:)``, but lets those threads go first that already wait.
    @inlinable
    package borrowing func withLockInTurn<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        if unsafe waits.pointee.load(ordering: .relaxed) != 0 { letWaitingThreadsPass() }
        return withLock(body)
    }

    /// For tests.
    var waitingThreads: UInt { unsafe waits.pointee.load(ordering: .relaxed) }

    @usableFromInline
    @inline(never)
    borrowing func wait() {
        unsafe waits.pointee.wrappingAdd(1, ordering: .relaxed)
        // Longer than most sections take: to sleep and be woken takes longer still.
        var attempts = 100
        while attempts > 0, unsafe !System.tryAcquire(lock) {
            System.yield()
            attempts -= 1
        }
        if attempts == 0 { unsafe System.acquire(lock) }
        unsafe waits.pointee.wrappingSubtract(1, ordering: .relaxed)
        unsafe (waits + 1).pointee.wrappingAdd(1, ordering: .relaxed)
    }

    /// Yields the processor until all threads have passed that wait now. Gives up after some time, because one of them
    /// may not get a processor for long.
    @usableFromInline
    @inline(never)
    borrowing func letWaitingThreadsPass() {
        let ended = unsafe (waits + 1).pointee.load(ordering: .relaxed)
        let open = unsafe waits.pointee.load(ordering: .relaxed)
        for _ in 0..<1000 {
            let passed = unsafe (waits + 1).pointee.load(ordering: .relaxed) &- ended
            if unsafe passed >= open || waits.pointee.load(ordering: .relaxed) == 0 { return }
            System.yield()
        }
    }
}
