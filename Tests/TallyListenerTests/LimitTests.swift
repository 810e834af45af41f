#if Listener
import TallyListener
import Testing

@Suite(.timeLimit(.minutes(5)))
struct LimitTests {
    @Test func anIdleConnectionIsClosed() async throws {
        let limits = ListenerLimits(idleTimeout: .seconds(4))
        try await MetricsListener(registry: registry(), port: 0, limits: limits).serving { address in
            let silent = try await RawClient(address.port)
            #expect(await silent.rest().isEmpty)
            let answered = try await RawClient(address.port)
            #expect(try await answered.get("/metrics").status == 200)
            #expect(await answered.rest().isEmpty)
        }
    }

    @Test func aSlowHandlerIsNotIdle() async throws {
        let roadblock = Roadblock()
        let limits = ListenerLimits(idleTimeout: .seconds(4))
        let source = ExpositionSource { _ in
            roadblock.block()
            return { nil }
        }
        try await MetricsListener(exposition: source, port: 0, limits: limits).serving { address in
            let busy = try await RawClient(address.port)
            try await busy.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await roadblock.waitForArrival()
            // A whole idle connection lives and dies while the busy one waits.
            #expect(try await RawClient(address.port).rest().isEmpty)
            roadblock.open()
            #expect(try await busy.response().status == 200)
        }
    }

    @Test func aHeaderThatIsDribbledIsCutOff() async throws {
        let limits = ListenerLimits(maxHeaderBytes: 65_536, requestTimeout: .milliseconds(300))
        try await MetricsListener(registry: registry(), port: 0, limits: limits).serving { address in
            let client = try await RawClient(address.port)
            // The limit counts for each request of a connection.
            #expect(try await client.get("/metrics").status == 200)
            let pace = try await RawClient(address.port)
            try await client.send("GET /metrics HTTP/1.1\r\nX-Slow: ")
            // Ends when the listener has closed the connection, so that a write fails.
            while (try? await client.send("x")) != nil {
                #expect(try await pace.get("/none").status == 404)
            }
            #expect(await client.rest().isEmpty, "a 400 would say that the header grew too large instead")
        }
    }

    @Test func aHandlerThatHangsIsCutOff() async throws {
        let limits = ListenerLimits(requestTimeout: .milliseconds(100))
        let hang = ListenerRoute("/hang") { _ in
            let (never, _) = AsyncStream.makeStream(of: Void.self)
            for await _ in never {}
            return ListenerResponse()
        }
        let listener = MetricsListener(registry: registry(), port: 0, routes: [hang], limits: limits)
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            try await client.send("GET /hang HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(await client.rest().isEmpty)
            #expect(try await RawClient(address.port).get("/metrics").status == 200)
        }
    }

    @Test func surplusConnectionsAreClosedAndServingGoesOn() async throws {
        let limits = ListenerLimits(maxConnections: 2)
        try await MetricsListener(registry: registry(), port: 0, limits: limits).serving { address in
            let first = try await RawClient(address.port)
            let second = try await RawClient(address.port)
            #expect(try await first.get("/metrics").status == 200)
            #expect(try await second.get("/metrics").status == 200)
            for _ in 0..<3 {
                #expect(try await RawClient(address.port).rest().isEmpty)
            }
            #expect(try await first.get("/metrics").status == 200)
            try await first.close()
            // Until the listener has seen that, others are still surplus.
            var answer: RawResponse?
            while answer == nil, !Task.isCancelled { answer = try? await RawClient(address.port).get("/metrics") }
            #expect(answer?.status == 200)
            #expect(try await second.get("/metrics").status == 200)
        }
    }

    @Test(arguments: [
        ("maxHeaderBytes", ListenerLimits(maxHeaderBytes: 0)),
        ("maxHeaderBytes", ListenerLimits(maxHeaderBytes: .max)),
        ("maxHeaderFields", ListenerLimits(maxHeaderFields: -1)),
        ("maxConnections", ListenerLimits(maxConnections: 0)),
        ("maxConnections", ListenerLimits(maxConnections: .max)),
        ("idleTimeout", ListenerLimits(idleTimeout: .zero)),
        ("requestTimeout", ListenerLimits(requestTimeout: .seconds(-1))),
        ("requestTimeout", ListenerLimits(requestTimeout: .seconds(Int64.max))),
        ("shutdownGrace", ListenerLimits(shutdownGrace: .zero)),
    ])
    func aLimitOutOfRangeIsAnErrorThatNamesIt(name: String, limits: ListenerLimits) async throws {
        let error = try await failure(of: MetricsListener(registry: registry(), port: 0, limits: limits))
        #expect(error.code == .invalidConfiguration)
        #expect(error.description.contains("limits.\(name)"))
    }
}
#endif
