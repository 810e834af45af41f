/// Threads outside Swift's concurrency pool.
package enum WorkThread {
    /// The time after which an idle thread ends.
    package static let idleTime = Duration.seconds(10)

    /// Runs `body` on a thread of its own, or returns false if the system has none available.
    package static func start(_ body: @escaping @Sendable () -> Void) -> Bool { System.startThread(body) }
}
