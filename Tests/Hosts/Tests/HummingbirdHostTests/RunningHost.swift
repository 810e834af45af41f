@testable import HummingbirdHost

extension HummingbirdHost {
    /// Runs the server and the sampler on a free port while `body` uses them.
    func running(_ body: @escaping @Sendable (_ port: Int) async throws -> Void) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let running = services { continuation.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await running.run() }
            group.addTask {
                var iterator = ports.makeAsyncIterator()
                if let port = await iterator.next() { try await body(port) }
                await running.triggerGracefulShutdown()
            }
            try await group.waitForAll()
        }
    }
}
