#if Listener
import Foundation
import Tally
import TallyHealthcheck
import TallyListener
import Testing

@Suite(.timeLimit(.minutes(10)))
struct AuthorizationTests {
    private static let users = ["prometheus": "s3cret", "grafana": "pa:ss wörd"]
    private static let paths = ["/metrics", "/", "/.well-known/healthcheck.json", "/version", "/none", "/metrics/"]

    private static func basic(_ user: String, _ password: String) -> String {
        "Authorization: Basic \(Data("\(user):\(password)".utf8).base64EncodedString())\r\n"
    }

    private static func listener(
        _ authorization: ListenerAuthorization,
        registry: MetricRegistry = registry(),
        _ onError: (@Sendable (ListenerReport) -> Void)? = nil
    ) -> MetricsListener {
        MetricsListener(
            registry: registry,
            port: 0,
            authorization: authorization,
            routes: [
                ListenerRoute("/version") { _ in ListenerResponse(body: Array("1.4.2".utf8)) },
                ListenerRoute("/open", needsAuthorization: false) { _ in ListenerResponse(body: Array("open".utf8)) },
            ],
            healthcheck: Healthcheck(service: ServiceInfo(name: "chat", version: "1.4.2"), providers: []),
            onError: onError
        )
    }

    @Test func everyPathButProbesAndOpenRoutesNeedsCredentials() async throws {
        try await Self.listener(.basic(Self.users)).serving { address in
            let client = try await RawClient(address)
            for path in Self.paths {
                for method in ["GET", "HEAD", "POST"] {
                    let response = try await client.get(path, method: method)
                    #expect(response.status == 401)
                    #expect(response["www-authenticate"] == "Basic realm=\"metrics\", charset=\"UTF-8\"")
                    #expect(response.text == (method == "HEAD" ? "" : "401 Unauthorized\n"))
                }
            }
            for path in ["/live", "/ready", "/startup", "/open"] {
                #expect(try await client.get(path).status == 200)
                #expect(try await client.get(path, method: "POST").status == 405)
            }
        }
    }

    @Test func eachUserWithTheRightPasswordIsAnswered() async throws {
        try await Self.listener(.basic(Self.users)).serving { address in
            let client = try await RawClient(address)
            for (user, password) in Self.users {
                let header = Self.basic(user, password)
                #expect(try await client.get("/metrics", headers: header).text.contains("requests_total 3"))
                #expect(try await client.get("/version", headers: header).text == "1.4.2")
                #expect(try await client.get("/none", headers: header).status == 404)
                #expect(try await client.get("/metrics", headers: header, method: "POST").status == 405)
            }
        }
    }

    private static let wrong = [
        basic("prometheus", "s3cre"), basic("prometheus", "s3cret2"), basic("prometheus", ""), basic("", "s3cret"),
        basic("prometheu", "s3cret"), basic("prometheus\0", "s3cret"), basic("nobody", "s3cret"),
        basic("prometheus", "pa:ss wörd"), basic("prometheus:s3cret", ""), basic("grafana", "pa:ss wo\u{308}rd"),
        basic("prometheus", "s3cret" + String(repeating: "\0", count: 2_000)),
        basic("prometheus", String(repeating: "s3cret", count: 1_000)),
        "Authorization: Basic\r\n", "Authorization: Basic \r\n", "Authorization: Basic !!!!\r\n",
        "Authorization: Basic =\r\n", "Authorization:\r\n",
        "Authorization: \(String(repeating: "A", count: 8_000))\r\n",
        "Authorization: Bearer s3cret\r\n", "Authorization: s3cret\r\n",
        basic("prometheus", "s3cret") + basic("prometheus", "s3cret"),
        "Proxy-\(basic("prometheus", "s3cret"))",
    ]

    @Test(arguments: wrong)
    func wrongCredentialsAreRefusedCountedAndNotReported(header: String) async throws {
        let registry = registry()
        let listener = Self.listener(.basic(Self.users), registry: registry) { Issue.record("\($0)") }
        try await listener.serving { address in
            let client = try await RawClient(address)
            let response = try await client.get("/metrics", headers: header)
            #expect(response.status == 401)
            #expect(!response.text.contains("s3cret"))
            let text = try await client.get("/metrics", headers: Self.basic("prometheus", "s3cret")).text
            #expect(text.contains("\ntally_listener_unauthorized_requests_total 1\n"))
            #expect(text.contains("\ntally_listener_responses_total{code=\"401\"} 1\n"))
        }
    }

    @Test func theSchemeMatchesInAnyCaseAndSpacesMayRepeat() async throws {
        let token = Data("prometheus:s3cret".utf8).base64EncodedString()
        try await Self.listener(.basic(Self.users)).serving { address in
            let client = try await RawClient(address)
            for scheme in ["Basic", "basic", "BASIC", "Basic  "] {
                #expect(
                    try await client.get("/metrics", headers: "authorization: \(scheme) \(token)\r\n").status == 200
                )
            }
        }
    }

    @Test func eachBearerTokenIsAnswered() async throws {
        try await Self.listener(.bearer(["old-token", "new-token=="])).serving { address in
            let client = try await RawClient(address)
            for token in ["old-token", "new-token=="] {
                let header = "Authorization: Bearer \(token)\r\n"
                #expect(try await client.get("/metrics", headers: header).status == 200)
            }
            // The last one ends in a mark that joins the space after it.
            for token in [
                "old-toke", "old-token2", "new-token", "new-token===", "", "old-token new-token==", "old-token\u{600} ",
            ] {
                let response = try await client.get("/metrics", headers: "Authorization: Bearer \(token)\r\n")
                #expect(response.status == 401)
                #expect(response["www-authenticate"] == "Bearer realm=\"metrics\"")
            }
        }
    }

    @Test func aRuleMayCoverTheProbes() async throws {
        let rules: [ListenerAuthorization] = [
            .basic(Self.users, coversProbes: true), .bearer(["token"], coversProbes: true),
            ListenerAuthorization(coversProbes: true) { _ in false },
        ]
        for rule in rules {
            try await Self.listener(rule).serving { address in
                let client = try await RawClient(address)
                for path in ["/live", "/ready", "/startup"] {
                    #expect([401, 403].contains(try await client.get(path).status))
                }
                #expect(try await client.get("/open").status == 200)
            }
        }
    }

    @Test func aClosureSeesTheRequestAndItsRefusalHasTheChallenge() async throws {
        let rule = ListenerAuthorization(challenge: "Token realm=\"chat\"") { request in
            await Task.yield()
            return request.path == "/version" && request.query == "a=b" && request.header("X-Token") == "t"
        }
        try await Self.listener(rule).serving { address in
            let client = try await RawClient(address)
            #expect(try await client.get("/version?a=b", headers: "X-Token: t\r\n").text == "1.4.2")
            let refused = try await client.get("/version", headers: "X-Token: t\r\n")
            #expect(refused.status == 401)
            #expect(refused["www-authenticate"] == "Token realm=\"chat\"")
        }
    }

    @Test func withoutAChallengeARefusalIsForbidden() async throws {
        try await Self.listener(ListenerAuthorization { _ in false }).serving { address in
            let response = try await RawClient(address).get("/metrics")
            #expect(response.status == 403)
            #expect(response["www-authenticate"] == nil)
        }
    }

    @Test func pipelinedRequestsAreAuthorizedOneByOneInOrder() async throws {
        let rule = ListenerAuthorization { request in
            await Task.yield()
            return request.header("X-Token") == "t"
        }
        try await Self.listener(rule).serving { address in
            let client = try await RawClient(address)
            let refused = "GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let allowed = "GET /version HTTP/1.1\r\nHost: localhost\r\nX-Token: t\r\n\r\n"
            try await client.send(refused + allowed + refused + allowed + allowed)
            for status in [403, 200, 403, 200, 200] { #expect(try await client.response().status == status) }
        }
    }

    @Test func aClosureThatHangsEndsWithTheRequestTimeoutAndIsCancelled() async throws {
        let (cancellations, cancelled) = AsyncStream.makeStream(of: Void.self)
        let rule = ListenerAuthorization { _ in
            try? await Task.sleep(for: .seconds(600))
            cancelled.yield()
            return true
        }
        let listener = MetricsListener(
            registry: registry(),
            port: 0,
            authorization: rule,
            limits: ListenerLimits(requestTimeout: .seconds(1))
        )
        try await listener.serving { address in
            let response = try await RawClient(address).get("/metrics")
            #expect(response.status == 503)
            for await _ in cancellations { break }
        }
    }

    @Test func aClientThatLeavesCancelsTheClosure() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let (cancellations, cancelled) = AsyncStream.makeStream(of: Void.self)
        let rule = ListenerAuthorization { _ in
            arrived.yield()
            try? await Task.sleep(for: .seconds(600))
            cancelled.yield()
            return true
        }
        try await Self.listener(rule).serving { address in
            let client = try await RawClient(address, sending: "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            for await _ in arrivals { break }
            try await client.reset()
            for await _ in cancellations { break }
        }
    }

    @Test func rulesCombineInAClosure() async throws {
        let tokens = ListenerAuthorization.bearer(["token"])
        let users = ListenerAuthorization.basic(Self.users)
        let either = ListenerAuthorization { request in
            if await tokens.allows(request) { return true }
            return await users.allows(request)
        }
        try await Self.listener(either).serving { address in
            let client = try await RawClient(address)
            #expect(try await client.get("/metrics", headers: "Authorization: Bearer token\r\n").status == 200)
            #expect(try await client.get("/metrics", headers: Self.basic("prometheus", "s3cret")).status == 200)
            #expect(try await client.get("/metrics").status == 403)
        }
    }

    @Test func aForeignHostIsRefusedBeforeTheCredentialsAreRead() async throws {
        let rule = ListenerAuthorization { _ in
            Issue.record("asked")
            return true
        }
        try await Self.listener(rule).serving { address in
            let client = try await RawClient(address)
            try await client.send("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n")
            #expect(try await client.response().status == 421)
        }
    }
}
#endif
