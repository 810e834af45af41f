#if Listener
import Foundation
import Tally
import TallyListener
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ShutdownTests {
    private static let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"

    @Test func aResponseInFlightFinishesWhileIdleConnectionsCloseAndNewOnesAreRefused() async throws {
        let roadblock = Roadblock()
        let count = Count()
        let source = ExpositionSource { _ in
            {
                let number = count.increment()
                if number == 3 { roadblock.block() }
                return number <= 100 ? Array(repeating: 0x78, count: 65_536) : nil
            }
        }
        let running = try await RunningListener(MetricsListener(exposition: source, port: 0))
        let busy = try await RawClient(running.address.port)
        let idle = try await RawClient(running.address.port)
        #expect(try await idle.get("/none").status == 404)
        try await busy.send(Self.request)
        await roadblock.waitForArrival()
        running.cancel()
        #expect(await idle.rest().isEmpty)
        await #expect(throws: (any Error).self) { _ = try await RawClient(running.address.port) }
        roadblock.open()
        let response = try await busy.response()
        #expect(response.status == 200)
        #expect(response.body.count == 100 * 65_536)
        #expect(await busy.rest().isEmpty)
        try await running.end()
    }

    @Test func cancellingTheRunDoesNotCancelAHandlerInFlight() async throws {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (finishes, finish) = AsyncStream.makeStream(of: Void.self)
        let slow = ListenerRoute("/slow") { _ in
            start.yield()
            for await _ in finishes { break }
            return ListenerResponse(body: Array((Task.isCancelled ? "cancelled" : "whole").utf8))
        }
        let running = try await RunningListener(MetricsListener(registry: registry(), port: 0, routes: [slow]))
        let busy = try await RawClient(running.address.port)
        let idle = try await RawClient(running.address.port)
        try await busy.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for await _ in started { break }
        running.cancel()
        #expect(await idle.rest().isEmpty)
        finish.yield()
        let response = try await busy.response()
        #expect(response.text == "whole")
        #expect(response["connection"] == "close")
        try await running.end()
    }

    @Test func aResponseThatExceedsTheGraceIsReset() async throws {
        let roadblock = Roadblock()
        let source = ExpositionSource { _ in
            roadblock.block()
            return { nil }
        }
        let limits = ListenerLimits(requestTimeout: .seconds(3_600), shutdownGrace: .milliseconds(100))
        let running = try await RunningListener(MetricsListener(exposition: source, port: 0, limits: limits))
        let client = try await RawClient(running.address.port)
        try await client.send(Self.request)
        await roadblock.waitForArrival()
        // Returns although a thread still hangs in the snapshot.
        try await running.stop()
        #expect(await client.rest().isEmpty)
        roadblock.open()
    }

    @Test func aRunCancelledBeforeItStartsReturnsWithoutListening() async throws {
        let registry = MetricRegistry()
        let listener = MetricsListener(registry: registry, port: 0)
        let listened = Count()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await listener.run { _ in _ = listened.increment() }
        }
        try await task.value
        #expect(listened.value == 0)
        #expect(!"\(registry.exposition())".contains("tally_listener_"))
    }

    @Test func aRunCancelledWhileStartingReturnsAndReleasesThePort() async throws {
        let port = try await MetricsListener(registry: registry(), port: 0).serving { $0.port }
        let listener = MetricsListener(registry: registry(), port: port)
        for _ in 0..<100 {
            let task = Task { try await listener.run() }
            await Task.yield()
            task.cancel()
            try await task.value
        }
        try await listener.serving { address in
            let response = try await RawClient(address.port).get("/metrics")
            #expect(response.status == 200)
        }
    }

    @Test func aListenerRunsRepeatedlyOnItsPort() async throws {
        let port = try await MetricsListener(registry: registry(), port: 0).serving { $0.port }
        let listener = MetricsListener(registry: registry(), port: port)
        for _ in 0..<5 {
            try await listener.serving { address in
                #expect(address.port == port)
                let response = try await RawClient(port).get("/metrics")
                #expect(response.status == 200)
            }
        }
    }

    #if os(Linux)
    /// Runs in a separate process, where no other test opens descriptors or threads.
    @Test func runsLeakNeitherDescriptorsNorThreads() async {
        await #expect(processExitsWith: .success) {
            func entries(_ directory: String) throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: directory).count
            }
            func cycle() async throws {
                let listener = MetricsListener(registry: registry(), port: 0)
                try await listener.serving { address in
                    let client = try await RawClient(address.port)
                    #expect(try await client.get("/metrics").status == 200)
                    _ = try await failure(of: MetricsListener(registry: registry(), port: address.port))
                }
            }
            // Lets the process open what it opens only once: event loops and Dispatch's threads.
            for _ in 0..<5 { try await cycle() }
            let descriptors = try entries("/proc/self/fd")
            let threads = try entries("/proc/self/task")
            for _ in 0..<50 { try await cycle() }
            #expect(try entries("/proc/self/fd") <= descriptors + 2)
            // Each run has two threads, and those of the last few runs may not have ended yet.
            #expect(try entries("/proc/self/task") < threads + 25)
        }
    }
    #endif
}
#endif
