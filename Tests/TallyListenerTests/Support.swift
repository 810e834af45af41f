#if Listener
import Dispatch
import Synchronization
import Tally
import Testing

@testable import TallyListener

extension MetricsListener {
    /// Runs the listener while `body` does, with its addresses.
    func servingAll<T: Sendable>(_ body: ([ListenerAddress]) async throws -> T) async throws -> T {
        let running = try await RunningListener(self)
        do {
            let result = try await body(running.addresses)
            try await running.stop()
            return result
        } catch {
            try? await running.stop()
            throw error
        }
    }

    /// Runs the listener while `body` does, then cancels it and waits for its normal return.
    func serving<T: Sendable>(_ body: (ListenerAddress) async throws -> T) async throws -> T {
        try await servingAll { try await body($0[0]) }
    }
}

/// A run in its own task.
struct RunningListener {
    let addresses: [ListenerAddress]
    private let task: Task<Void, any Error>

    init(_ listener: MetricsListener) async throws {
        let (addresses, continuation) = AsyncStream.makeStream(of: ListenerAddress.self)
        let task = Task {
            defer { continuation.finish() }
            try await listener.run { continuation.yield($0) }
        }
        var bound: [ListenerAddress] = []
        for await address in addresses {
            bound.append(address)
            if bound.count == listener.configuration.addresses.count { break }
        }
        guard bound.count == listener.configuration.addresses.count else {
            try await task.value
            throw NeverListened()
        }
        self.addresses = bound
        self.task = task
    }

    var address: ListenerAddress { addresses[0] }

    /// The run returned without an error and without listening.
    struct NeverListened: Error {}

    func cancel() { task.cancel() }

    /// Waits for the run to end.
    func end() async throws { try await task.value }

    func stop() async throws {
        cancel()
        try await end()
    }
}

/// Blocks a thread of the listener until the test opens it, and notifies the test when the thread arrives.
final class Roadblock: Sendable {
    private let opened = DispatchSemaphore(value: 0)
    private let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation

    init() {
        (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    }

    /// Called on the thread to block. Gives up after ten minutes, longer than any test may take on a busy machine, so
    /// that a bug does not hang the process.
    func block() {
        arrived.yield()
        _ = opened.wait(timeout: .now() + 600)
    }

    func waitForArrival() async {
        var iterator = arrivals.makeAsyncIterator()
        _ = await iterator.next(isolation: #isolation)
    }

    func open() { opened.signal() }
}

/// The reports of a listener.
final class Reports: Sendable {
    private let kinds: AsyncStream<ListenerReport>
    private let continuation: AsyncStream<ListenerReport>.Continuation

    init() {
        (kinds, continuation) = AsyncStream.makeStream(of: ListenerReport.self)
    }

    var add: @Sendable (ListenerReport) -> Void { { [continuation] in continuation.yield($0) } }

    /// Waits for the next report.
    func first() async -> ListenerReport.Kind? {
        var iterator = kinds.makeAsyncIterator()
        return await iterator.next(isolation: #isolation)?.kind
    }
}

final class Count: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .relaxed) }
    func increment() -> Int { count.add(1, ordering: .relaxed).newValue }
}

func registry(requests: Int = 3) -> MetricRegistry {
    let registry = MetricRegistry()
    let counter = Counter("requests_total", help: "Requests.", in: registry)
    for _ in 0..<requests { counter.increment() }
    return registry
}

/// The error of a run that fails before it listens.
func failure(of listener: MetricsListener) async throws -> ListenerError {
    try await #require(throws: ListenerError.self) {
        try await RunningListener(listener).stop()
    }
}
#endif
