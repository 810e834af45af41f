package import Synchronization

/// A value behind a `Mutex`, with an order that the thread sanitizer can follow.
///
/// On Linux, `Mutex` locks inside a library that is not instrumented, so the sanitizer reports races that cannot
/// happen. In debug builds, an atomic shows it the order that the mutex enforces.
package struct Locked<Value>: ~Copyable, Sendable {
    @usableFromInline
    let mutex: Mutex<Value>
    #if DEBUG
    @usableFromInline
    let order = Atomic<UInt8>(0)
    #endif

    @inlinable
    package init(_ value: consuming sending Value) {
        mutex = Mutex(value)
    }

    /// Runs `body` while holding the lock. Not reentrant.
    @inlinable
    @inline(__always)
    package borrowing func withLock<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        mutex.withLock { value in
            #if DEBUG
            _ = order.load(ordering: .acquiring)
            defer { order.store(0, ordering: .releasing) }
            #endif
            return body(&value)
        }
    }
}
