#if Listener
import TallyHealthcheck
import TallyListener
import Testing

@Suite(.timeLimit(.minutes(5)))
struct HealthRouteTests {
    private struct Secret: Error, CustomStringConvertible {
        let description = "postgres://admin:hunter2@db"
    }

    private static let paths = ["/.well-known/healthcheck.json", "/live", "/ready", "/startup"]

    /// The deadlines are long enough for a busy machine.
    private static func healthcheck(fails: Bool = false) -> Healthcheck {
        Healthcheck(
            service: ServiceInfo(name: "chat", version: "1.4.2"),
            providers: [
                SnapshotProvider("database", keys: ["sessions"], timeout: .seconds(600), maxAge: .seconds(600)) {
                    if fails { throw Secret() }
                    return ["sessions": 2]
                }
            ],
            publicKeys: ["name"],
            readinessDeadline: .seconds(600)
        )
    }

    @Test func aHealthcheckIsServedAtItsCustomaryPaths() async throws {
        let listener = MetricsListener(registry: registry(), port: 0, healthcheck: Self.healthcheck())
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            let document = try await client.get("/.well-known/healthcheck.json")
            #expect(document.status == 200)
            #expect(document["content-type"] == "application/json")
            #expect(document["cache-control"] == "no-store")
            #expect(document["vary"] == "Accept")
            #expect(document.text.hasPrefix(#"{"status":"ok","name":"chat","version":"1.4.2","now":"2"#))
            #expect(document.text.contains(#""sessions":2,"checks":{"database":{"status":"ok","critical":true,"#))
            for path in ["/live", "/ready", "/startup"] {
                let probe = try await client.get(path)
                #expect(probe.status == 200)
                #expect(probe.text == #"{"status":"ok"}"#)
            }
            let head = try await client.get("/live", method: "HEAD")
            #expect(head.status == 200)
            #expect(head["content-length"] == "15")
            #expect(try await client.get("/live", method: "POST").status == 405)
            #expect(try await client.get("/metrics").status == 200)
        }
    }

    @Test func theRequestSelectsTheFormatAndTheHostSelectsTheDetail() async throws {
        let listener = MetricsListener(
            registry: registry(),
            port: 0,
            healthcheck: Self.healthcheck(),
            healthDetail: .public
        )
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            let path = Self.paths[0]
            #expect(try await client.get(path).text == #"{"status":"ok","name":"chat"}"#)
            let draft = try await client.get(path, headers: "Accept: application/health+json\r\n")
            #expect(draft["content-type"] == "application/health+json")
            #expect(draft.text == #"{"status":"pass","serviceId":"chat","checks":{}}"#)
        }
    }

    @Test func aFailureReturns503WithoutTheError() async throws {
        let healthcheck = Self.healthcheck(fails: true)
        let listener = MetricsListener(registry: registry(), port: 0, healthcheck: healthcheck)
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            for (path, status) in zip(Self.paths, [503, 200, 503, 503]) {
                let response = try await client.get(path)
                #expect(response.status == status, "\(path)")
                #expect(!response.text.contains("hunter2"))
            }
        }
    }

    @Test func drainingTakesEffectAtOnce() async throws {
        let healthcheck = Self.healthcheck()
        let listener = MetricsListener(registry: registry(), port: 0, healthcheck: healthcheck)
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            #expect(try await client.get("/ready").status == 200)
            healthcheck.beginDraining()
            let ready = try await client.get("/ready")
            #expect(ready.status == 503)
            #expect(ready.text == #"{"status":"fail","reason":"draining"}"#)
            #expect(try await client.get("/live").status == 200)
            #expect(try await client.get(Self.paths[0]).status == 200)
        }
    }

    @Test func aDisconnectingClientIsNotAProviderFailure() async throws {
        let roadblock = Roadblock()
        let runs = Count()
        let healthcheck = Healthcheck(
            service: ServiceInfo(name: "chat", version: "1"),
            providers: [
                SnapshotProvider("database", keys: ["sessions"], timeout: .seconds(600)) {
                    _ = runs.increment()
                    roadblock.block()
                    return ["sessions": 2]
                }
            ]
        )
        try await MetricsListener(registry: registry(), port: 0, healthcheck: healthcheck).serving { address in
            let leaving = try await RawClient(address.port)
            try await leaving.send("GET \(Self.paths[0]) HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await roadblock.waitForArrival()
            try await leaving.reset()
            // The blocked provider holds none of the listener's threads.
            let client = try await RawClient(address.port)
            #expect(try await client.get("/live").status == 200)
            roadblock.open()
            let document = try await client.get(Self.paths[0])
            #expect(document.status == 200)
            #expect(document.text.contains(#""sessions":2"#))
            #expect(runs.value == 1)
        }
    }

    @Test(arguments: paths)
    func healthPathsExistOnlyWithAHealthcheck(_ path: String) async throws {
        let route = ListenerRoute(path) { _ in ListenerResponse(status: 204) }
        try await MetricsListener(registry: registry(), port: 0, routes: [route]).serving { address in
            let client = try await RawClient(address.port)
            #expect(try await client.get(path, method: "HEAD").status == 204)
        }
        let clashing = MetricsListener(registry: registry(), port: 0, routes: [route], healthcheck: Self.healthcheck())
        let error = try await failure(of: clashing)
        #expect(error.code == .invalidConfiguration)
        #expect(error.description.contains("'\(path)'"))
    }
}
#endif
