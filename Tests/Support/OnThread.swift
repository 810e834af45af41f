import Foundation

/// Runs what takes seconds, or blocks, on a thread of its own: the few of the shared pool are for tests that wait.
package func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: work)) }
    }
}
