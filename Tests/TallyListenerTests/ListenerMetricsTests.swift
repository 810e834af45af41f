#if Listener
import Tally
import TallyListener
import Testing

/// A listener's metrics about itself.
@Suite(.timeLimit(.minutes(5)))
struct ListenerMetricsTests {
    private struct Secret: Error, CustomStringConvertible {
        let description = "no database"
    }

    @Test func connectionsResponsesBytesAndScrapesAreCounted() async throws {
        try await MetricsListener(registry: registry(), port: 0).serving { address in
            let client = try await RawClient(address.port)
            let first = try await client.get("/metrics")
            #expect(first.text.contains("\ntally_listener_open_connections 1\n"))
            #expect(first.text.contains("\ntally_listener_connections_total 1\n"))
            #expect(first.text.contains("\ntally_listener_scrapes_in_flight 1\n"))
            #expect(first.text.contains("\ntally_listener_scrape_duration_seconds_count 0\n"))
            #expect(first.text.contains("\ntally_listener_timeouts_total{phase=\"header\"} 0\n"))
            #expect(try await client.get("/none").status == 404)
            let second = try await client.get("/metrics")
            #expect(second.text.contains("\ntally_listener_responses_total{code=\"200\"} 1\n"))
            #expect(second.text.contains("\ntally_listener_responses_total{code=\"404\"} 1\n"))
            #expect(second.text.contains("\ntally_listener_scrape_duration_seconds_count 1\n"))
            let sent = first.body.count + "404 Not Found\n".utf8.count
            #expect(second.text.contains("\ntally_listener_sent_bytes_total \(sent)\n"))
        }
    }

    @Test func aRegistryWithoutOwnMetricsGetsNoListenerMetrics() async throws {
        let registry = MetricRegistry(ownMetrics: false)
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let response = try await RawClient(address.port).get("/metrics")
            #expect(response.body.isEmpty)
        }
    }

    @Test func onlyTheHostReceivesAHandlerError() async throws {
        let broken = ListenerRoute("/broken") { _ in throw Secret() }
        let (reports, continuation) = AsyncStream.makeStream(of: ListenerReport.self)
        let listener = MetricsListener(registry: registry(), port: 0, routes: [broken]) { continuation.yield($0) }
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            for _ in 0..<100 { #expect(try await client.get("/broken").text == "500 Internal Server Error\n") }
            var told = 0
            var count = 0
            for await report in reports {
                if told == 0 { #expect(report.description == "handlerFailed: no database") }
                #expect(report.kind == .handlerFailed)
                told += 1
                count += report.count
                if count == 100 { break }
            }
            #expect(count == 100)
            // Errors within one second are one report, unless the requests took longer.
            #expect(told < 100)
        }
    }

    @Test func aBlockingHookDelaysNothing() async throws {
        let roadblock = Roadblock()
        let listener = MetricsListener(registry: registry(), port: 0) { _ in roadblock.block() }
        try await listener.serving { address in
            let bad = try await RawClient(address.port)
            try await bad.send("garbage\r\n\r\n")
            #expect(try await bad.response().status == 400)
            await roadblock.waitForArrival()
            let client = try await RawClient(address.port)
            for _ in 0..<3 { #expect(try await client.get("/metrics").status == 200) }
            roadblock.open()
        }
    }
}
#endif
