#if Listener
import Foundation
import Tally
import TallyListener
import Testing

@Suite(.timeLimit(.minutes(5)))
struct StreamingTests {
    private static let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"

    /// A source of 64 KiB chunks, each filled with its number.
    private static func numbered(_ chunks: Int, count: Count = Count()) -> ExpositionSource {
        ExpositionSource { _ in
            {
                let number = count.increment()
                return number <= chunks ? Array(repeating: UInt8(truncatingIfNeeded: number), count: 65_536) : nil
            }
        }
    }

    @Test func aLargeExpositionArrivesCompleteAndInOrder() async throws {
        try await MetricsListener(exposition: Self.numbered(640), port: 0).serving { address in
            let client = try await RawClient(address.port)
            try await client.send(Self.request)
            let response = try await client.response()
            #expect(response.body.count == 640 * 65_536)
            let isInOrder = (0..<640).allSatisfy { chunk in
                let expected = Array(repeating: UInt8(truncatingIfNeeded: chunk + 1), count: 65_536)
                return Array(response.body[(chunk * 65_536)..<((chunk + 1) * 65_536)]) == expected
            }
            #expect(isInOrder)
        }
    }

    @Test func aLargeRegistryArrivesComplete() async throws {
        let registry = MetricRegistry()
        for index in 0..<20_000 {
            try Counter(validating: "c\(index)_total", help: "A counter.", in: registry).increment()
        }
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let response = try await RawClient(address.port).get("/metrics")
            #expect(response.chunks > 1)
            let lines = Set(response.text.split(separator: "\n"))
            #expect((0..<20_000).allSatisfy { lines.contains("c\($0)_total 1") })
        }
    }

    @Test func aClientThatDoesNotReadStopsTheEncoding() async throws {
        let count = Count()
        let roadblock = Roadblock()
        roadblock.open()
        let chunks = 4_096
        let source = ExpositionSource { _ in
            {
                let number = count.increment()
                if number == 2 { roadblock.block() }
                return number <= chunks ? Array(repeating: 0x78, count: 65_536) : nil
            }
        }
        let limits = ListenerLimits(shutdownGrace: .seconds(1))
        let running = try await RunningListener(MetricsListener(exposition: source, port: 0, limits: limits))
        let client = try await RawClient(running.address.port, reads: false)
        try await client.send(Self.request)
        await roadblock.waitForArrival()
        // The run lasts for the whole grace, which is long enough to encode every chunk.
        try await running.stop()
        // The sockets of both sides hold a few MB; the whole body is 256 MB.
        #expect(count.value < chunks / 8)
    }

    @Test func aLateReaderGetsTheWholeBody() async throws {
        let count = Count()
        try await MetricsListener(exposition: Self.numbered(320, count: count), port: 0).serving { address in
            let client = try await RawClient(address.port, reads: false)
            try await client.send(Self.request)
            #expect(try await RawClient(address.port).get("/none").status == 404)
            try await client.startReading()
            #expect(try await client.response().body.count == 320 * 65_536)
        }
    }

    @Test func anEndlessResponseTimesOut() async throws {
        let source = ExpositionSource { _ in
            {
                // Bounds the memory of the client.
                usleep(10_000)
                return Array(repeating: 0x78, count: 65_536)
            }
        }
        let limits = ListenerLimits(requestTimeout: .seconds(2))
        try await MetricsListener(exposition: source, port: 0, limits: limits).serving { address in
            let client = try await RawClient(address.port)
            try await client.send(Self.request)
            await #expect(throws: RawClient.Closed.self) { try await client.response() }
        }
    }

    @Test func encodingStopsWhenTheClientDisconnects() async throws {
        let count = Count()
        let roadblock = Roadblock()
        let source = ExpositionSource { _ in
            {
                // The third chunk is encoded once the first two are taken. Meanwhile the client disconnects.
                if count.increment() == 3 { roadblock.block() }
                return Array(repeating: 0x78, count: 65_536)
            }
        }
        let running = try await RunningListener(MetricsListener(exposition: source, port: 0))
        let client = try await RawClient(running.address.port)
        try await client.send(Self.request)
        await roadblock.waitForArrival()
        try await client.reset()
        // The run's end implies that the listener's side of the connection is closed.
        try await running.stop()
        roadblock.open()
        #expect(count.value == 3)
    }

    @Test func queuedWorkForADisconnectedClientIsSkipped() async throws {
        let count = Count()
        let roadblock = Roadblock()
        let source = ExpositionSource { _ in
            if count.increment() <= 2 { roadblock.block() }
            return { nil }
        }
        try await MetricsListener(exposition: source, port: 0).serving { address in
            // As many connections as the listener has threads.
            let blocked = [try await RawClient(address.port), try await RawClient(address.port)]
            for client in blocked {
                try await client.send(Self.request)
                await roadblock.waitForArrival()
            }
            let queued = try await RawClient(address.port)
            try await queued.send(Self.request)
            try await queued.reset()
            // After another whole request, the listener has noticed the reset.
            #expect(try await RawClient(address.port).get("/none").status == 404)
            for client in blocked {
                roadblock.open()
                roadblock.open()
                #expect(try await client.response().status == 200)
            }
            #expect(try await RawClient(address.port).get("/metrics").status == 200)
            #expect(count.value == 3, "the two blocked scrapes and the last one")
        }
    }

    private final class Token: Sendable {}

    @Test func nothingIsRetainedForAClientThatResetsDuringCollection() async throws {
        weak var kept: Token?
        do {
            let token = Token()
            kept = token
            let (asked, ask) = AsyncStream.makeStream(of: Void.self)
            let source = ExpositionSource { _, _ in
                ask.yield()
                return { _ in true }
            } open: { _ in
                withExtendedLifetime(token) { { nil } }
            }
            try await MetricsListener(exposition: source, port: 0).serving { address in
                let client = try await RawClient(address.port)
                try await client.send(Self.request)
                for await _ in asked { break }
                try await client.reset()
            }
        }
        // The event loop releases the rest in its next turns.
        while kept != nil, !Task.isCancelled { await Task.yield() }
        #expect(kept == nil)
    }

    @Test func aBlockingGaugeAffectsOnlyItself() async throws {
        let roadblock = Roadblock()
        let asked = Count()
        let registry = MetricRegistry()
        ObservedGauge("a_depth", help: "Depth.", in: registry) {
            if asked.increment() == 1 { roadblock.block() }
            return 7
        }
        ObservedGauge("b_depth", help: "Depth.", in: registry) { 8 }
        let ready = ListenerRoute("/ready") { _ in ListenerResponse() }
        try await MetricsListener(registry: registry, port: 0, routes: [ready]).serving { address in
            // More requests than the listener has threads.
            let headers = "X-Prometheus-Scrape-Timeout-Seconds: 2\r\n"
            let blocked = try await RawClient(address.port)
            for _ in 0..<6 {
                try await blocked.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n")
            }
            await roadblock.waitForArrival()
            #expect(try await RawClient(address.port).get("/ready").status == 200)
            for count in 1...6 {
                let text = try await blocked.response().text
                #expect(!text.contains("\na_depth "))
                #expect(text.contains("\nb_depth 8\n"))
                #expect(text.contains(#"tally_scrape_errors_total{family="a_depth"} \#(count)"#))
            }
            roadblock.open()
            // Once the first call has ended, another starts.
            while try await !blocked.get("/metrics").text.contains("\na_depth 7\n") {}
            #expect(asked.value > 1)
        }
    }
}
#endif
