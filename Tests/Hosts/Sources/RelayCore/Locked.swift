import Foundation

/// A value behind a lock that the thread sanitizer sees. On Linux it does not see `Mutex`, and reports races.
///
/// Unchecked, because the compiler cannot know that only the lock's holder uses the value.
final class Locked<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    init(_ value: Value) {
        self.value = value
    }

    func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        lock.lock()
        defer { lock.unlock() }
        return body(&value)
    }
}
