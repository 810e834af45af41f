#if Listener
import TallyListener
import Testing

@Suite(.timeLimit(.minutes(5)))
struct LimitTests {
    private static let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"

    @Test func anIdleConnectionIsClosed() async throws {
        let limits = ListenerLimits(idleTimeout: .seconds(4))
        try await MetricsListener(registry: registry(), port: 0, limits: limits).serving { address in
            let silent = try await RawClient(address.port)
            #expect(await silent.rest().isEmpty)
            let answered = try await RawClient(address.port, sending: Self.request)
            #expect(try await answered.response().status == 200)
            #expect(await answered.rest().isEmpty)
        }
    }

    @Test func aSlowHandlerIsNotIdle() async throws {
        let roadblock = Roadblock()
        let limits = ListenerLimits(idleTimeout: .seconds(4), requestTimeout: .seconds(600))
        let source = ExpositionSource { _ in
            roadblock.block()
            return { nil }
        }
        try await MetricsListener(exposition: source, port: 0, limits: limits).serving { address in
            let busy = try await RawClient(address.port, sending: Self.request)
            await roadblock.waitForArrival()
            // An idle connection opens and times out while the busy one waits.
            #expect(try await RawClient(address.port).rest().isEmpty)
            roadblock.open()
            #expect(try await busy.response().status == 200)
        }
    }

    @Test func aSlowHeaderTimesOut() async throws {
        let limits = ListenerLimits(maxHeaderBytes: 65_536, headerTimeout: .seconds(1))
        try await MetricsListener(registry: registry(), port: 0, limits: limits).serving { address in
            let client = try await RawClient(address.port)
            // The timeout applies to each request of a connection.
            #expect(try await client.get("/metrics").status == 200)
            let pace = try await RawClient(address.port)
            try await client.send("GET /metrics HTTP/1.1\r\nX-Slow: ")
            // Ends when the listener has closed the connection and a write fails.
            while (try? await client.send("x")) != nil {
                #expect(try await pace.get("/none").status == 404)
            }
            let response = try await client.response()
            #expect(response.status == 408, "431 would mean that the header became too large first")
            #expect(response["connection"] == "close")
            #expect(await client.rest().isEmpty)
        }
    }

    @Test func aHangingHandlerTimesOut() async throws {
        let limits = ListenerLimits(requestTimeout: .seconds(2))
        let hang = ListenerRoute("/hang") { _ in
            let (never, _) = AsyncStream.makeStream(of: Void.self)
            for await _ in never {}
            return ListenerResponse()
        }
        let listener = MetricsListener(registry: registry(), port: 0, routes: [hang], limits: limits)
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            let response = try await client.get("/hang")
            #expect(response.status == 503)
            #expect(response["retry-after"] == "1")
            #expect(response["connection"] == "close")
            #expect(await client.rest().isEmpty)
            let head = try await RawClient(address.port)
            #expect(try await head.get("/hang", method: "HEAD").status == 503)
            #expect(await head.rest().isEmpty, "the answer to HEAD has no body")
            #expect(try await RawClient(address.port).get("/metrics").status == 200)
        }
    }

    @Test func waitingConnectionsAreEvictedAtTheLimit() async throws {
        let limits = ListenerLimits(maxConnections: 4)
        let reports = Reports()
        let registry = registry()
        let listener = MetricsListener(registry: registry, port: 0, limits: limits, onError: reports.add)
        try await listener.serving { address in
            var silent: [RawClient] = []
            for _ in 0..<4 { silent.append(try await RawClient(address.port)) }
            // The oldest connection has begun a header, which protects it no better than silence.
            try await silent[0].send("GET /metrics HTTP/1.1\r\n")
            let kept = try await RawClient(address.port)
            var others: [RawClient] = []
            for _ in 0..<30 {
                others.append(try await RawClient(address.port))
                #expect(try await others[others.count - 1].get("/metrics").status == 200)
                // The connection used last has not waited longest.
                #expect(try await kept.get("/metrics").status == 200)
            }
            for client in silent { #expect(await client.rest().isEmpty) }
            let text = try await kept.get("/metrics").text
            #expect(!text.contains(#"tally_listener_refused_connections_total{reason="evicted"} 0"#))
            #expect(text.contains(#"tally_listener_refused_connections_total{reason="limit"} 0"#))
        }
        #expect(await reports.first() == .connectionEvicted)
    }

    @Test func connectionsThatWithholdABodyMakeRoom() async throws {
        let limits = ListenerLimits(maxConnections: 4)
        try await MetricsListener(registry: registry(), port: 0, limits: limits).serving { address in
            var silent: [RawClient] = []
            for _ in 0..<4 {
                silent.append(try await RawClient(address.port))
                try await silent[silent.count - 1].send("GET / HTTP/1.1\r\nHost:\r\nContent-Length: 1\r\n\r\n")
            }
            for _ in 0..<10 { #expect(try await RawClient(address.port).get("/metrics").status == 200) }
        }
    }

    @Test func aConnectionBeyondTheLimitIsRefusedWhileAllAreBusy() async throws {
        let limits = ListenerLimits(maxConnections: 2)
        let (waits, open) = AsyncStream.makeStream(of: Void.self)
        let started = Count()
        let slow = ListenerRoute("/slow") { _ in
            _ = started.increment()
            for await _ in waits { break }
            return ListenerResponse()
        }
        let reports = Reports()
        let listener = MetricsListener(
            registry: registry(),
            port: 0,
            routes: [slow],
            limits: limits,
            onError: reports.add
        )
        try await listener.serving { address in
            let busy = [try await RawClient(address.port), try await RawClient(address.port)]
            for client in busy { try await client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n") }
            while started.value < 2 { await Task.yield() }
            for _ in 0..<3 {
                let surplus = try await RawClient(address.port)
                let response = try await surplus.response()
                #expect(response.status == 503)
                #expect(response["retry-after"] == "1")
                #expect(await surplus.rest().isEmpty)
            }
            open.finish()
            for client in busy { #expect(try await client.response().status == 200) }
            #expect(try await RawClient(address.port).get("/metrics").status == 200)
        }
        #expect(await reports.first() == .connectionRefused)
    }

    @Test(arguments: [
        ("maxHeaderBytes", ListenerLimits(maxHeaderBytes: 0)),
        ("maxHeaderBytes", ListenerLimits(maxHeaderBytes: .max)),
        ("maxHeaderFields", ListenerLimits(maxHeaderFields: -1)),
        ("maxConnections", ListenerLimits(maxConnections: 0)),
        ("maxConnections", ListenerLimits(maxConnections: .max)),
        ("idleTimeout", ListenerLimits(idleTimeout: .zero)),
        ("headerTimeout", ListenerLimits(headerTimeout: .zero)),
        ("requestTimeout", ListenerLimits(requestTimeout: .seconds(-1))),
        ("requestTimeout", ListenerLimits(requestTimeout: .seconds(Int64.max))),
        ("shutdownGrace", ListenerLimits(shutdownGrace: .zero)),
    ])
    func aLimitOutOfRangeThrowsAnErrorThatNamesIt(name: String, limits: ListenerLimits) async throws {
        let error = try await failure(of: MetricsListener(registry: registry(), port: 0, limits: limits))
        #expect(error.code == .invalidConfiguration)
        #expect(error.description.contains("limits.\(name)"))
    }
}
#endif
