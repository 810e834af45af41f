#if Listener
import TallyListener
import Testing

@Suite(.timeLimit(.minutes(5)))
struct HostRouteTests {
    private struct Secret: Error, CustomStringConvertible {
        let description = "postgres://admin:hunter2@db"
    }

    private static func listener(_ routes: ListenerRoute...) -> MetricsListener {
        MetricsListener(registry: registry(), port: 0, routes: routes)
    }

    @Test func theStatusHeadersAndBodyOfAHandlerAreSent() async throws {
        let listener = Self.listener(
            ListenerRoute("/ready") { _ in
                ListenerResponse(
                    status: 503,
                    headers: [("Content-Type", "application/json"), ("Cache-Control", "no-store")],
                    body: Array("{}".utf8)
                )
            }
        )
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            let get = try await client.get("/ready")
            #expect(get.status == 503)
            #expect(get["content-type"] == "application/json")
            #expect(get["cache-control"] == "no-store")
            #expect(get.text == "{}")
            let head = try await client.get("/ready", method: "HEAD")
            #expect(head.status == 503)
            #expect(head["content-length"] == "2")
            #expect(try await client.get("/metrics").status == 200)
        }
    }

    @Test func theHandlerReceivesQueryAndHeaders() async throws {
        let listener = Self.listener(
            ListenerRoute("/echo") { request in
                let seen = [request.path, request.query, request.header("ACCEPT"), request.header("X-None")]
                return ListenerResponse(body: Array(seen.map { $0 ?? "nil" }.joined(separator: "|").utf8))
            }
        )
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            let response = try await client.get("/echo?a=1?&b=%20", headers: "Accept: a/b\r\naccept: c/d\r\n")
            #expect(response.text == "/echo|a=1?&b=%20|a/b, c/d|nil")
        }
    }

    @Test func aThrowingHandlerReturns500WithoutTheError() async throws {
        try await Self.listener(ListenerRoute("/ready") { _ in throw Secret() }).serving { address in
            let client = try await RawClient(address.port)
            let response = try await client.get("/ready")
            #expect(response.status == 500)
            #expect(response.text == "500 Internal Server Error\n")
            #expect(try await client.get("/metrics").status == 200)
        }
    }

    @Test(arguments: [
        ListenerResponse(status: 100),
        ListenerResponse(status: -1),
        ListenerResponse(status: 600),
        ListenerResponse(headers: [("X-Value", "a\r\nX-Injected: b")]),
        ListenerResponse(headers: [("X Name", "a")]),
        ListenerResponse(headers: [("", "a")]),
    ])
    func anInvalidResponseReturns500(response: ListenerResponse) async throws {
        try await Self.listener(ListenerRoute("/ready") { _ in response }).serving { address in
            let client = try await RawClient(address.port)
            let received = try await client.get("/ready")
            #expect(received.status == 500)
            #expect(received["x-injected"] == nil)
            #expect(try await client.get("/metrics").status == 200)
        }
    }

    @Test func theListenerSetsFramingAndOmitsForbiddenBodies() async throws {
        let listener = Self.listener(
            ListenerRoute("/framed") { _ in
                ListenerResponse(
                    headers: [("content-length", "1"), ("Transfer-Encoding", "chunked"), ("Connection", "close")],
                    body: Array("four".utf8)
                )
            },
            ListenerRoute("/empty") { _ in ListenerResponse(status: 204, body: Array("four".utf8)) }
        )
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            let framed = try await client.get("/framed")
            #expect(framed["content-length"] == "4")
            #expect(framed["transfer-encoding"] == nil)
            #expect(framed["connection"] == nil)
            #expect(try await client.get("/empty", method: "HEAD").status == 204)
            try await client.send("GET /empty HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await client.response(isHead: true).status == 204)
            #expect(try await client.get("/framed").status == 200, "no body precedes this response")
        }
    }

    @Test func aHandlerTaskIsCancelledWhenItsClientDisconnects() async throws {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (cancelled, cancel) = AsyncStream.makeStream(of: Void.self)
        let listener = Self.listener(
            ListenerRoute("/slow") { _ in
                start.yield()
                let (never, _) = AsyncStream.makeStream(of: Void.self)
                for await _ in never {}
                cancel.yield()
                return ListenerResponse()
            }
        )
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            try await client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
            for await _ in started { break }
            try await client.reset()
            for await _ in cancelled { break }
            #expect(!Task.isCancelled, "the time limit ended the wait, not the handler")
        }
    }

    @Test(arguments: [["/metrics"], ["/ready", "/ready"], [""], ["ready"], ["/a?b"], ["/a#b"], ["/a b"], ["/é"]])
    func duplicateAndInvalidPathsThrow(paths: [String]) async throws {
        let routes = paths.map { path in ListenerRoute(path) { _ in ListenerResponse() } }
        let error = try await failure(of: MetricsListener(registry: registry(), port: 0, routes: routes))
        #expect(error.code == .invalidConfiguration)
        #expect(error.description.contains("'\(paths[0])'"))
    }
}
#endif
