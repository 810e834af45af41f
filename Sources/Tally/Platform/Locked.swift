/// A value behind a lock of the C library.
///
/// `Synchronization.Mutex` is a priority-inheriting futex on Linux. Once more threads than cores compete for it, every
/// release hands it to a thread that has to be woken first.
///
/// Unchecked `Sendable`, because pointers are not: the value is accessed only under the lock.
@safe
package struct Locked<Value>: ~Copyable, @unchecked Sendable {
    @usableFromInline
    let lock: UnsafeMutableRawPointer
    @usableFromInline
    let value: UnsafeMutablePointer<Value>

    package init(_ value: consuming sending Value) {
        // Side by side, so that both are in the processor's cache once the lock is.
        let alignment = max(System.lockAlignment, MemoryLayout<Value>.alignment)
        let offset = (System.lockSize + alignment - 1) & ~(alignment - 1)
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: offset + MemoryLayout<Value>.size,
            alignment: alignment
        )
        unsafe System.createLock(at: memory)
        unsafe lock = memory
        unsafe self.value = (memory + offset).bindMemory(to: Value.self, capacity: 1)
        unsafe self.value.initialize(to: value)
    }

    deinit {
        unsafe value.deinitialize(count: 1)
        unsafe System.destroyLock(lock)
        unsafe lock.deallocate()
    }

    /// Runs `body` while holding the lock. Not reentrant.
    @inlinable
    @inline(__always)
    package borrowing func withLock<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        unsafe System.acquire(lock)
        defer { unsafe System.release(lock: lock) }
        return unsafe body(&value.pointee)
    }
}
