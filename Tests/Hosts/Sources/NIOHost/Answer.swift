import NIOCore
import NIOHTTP1
import Tally
import TallyHealthcheck

/// The answer to one request.
struct Answer: Sendable {
    let host: NIOHost
    let channel: any Channel
    let head: HTTPRequestHead
    /// The size of the request's body.
    let received: Int

    func send() async {
        do {
            try await respond()
        } catch {
            // The client has gone.
            try? await channel.close()
        }
    }

    private func respond() async throws {
        let uri = head.uri.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        switch RouteHandler.route(head) {
        case "/metrics": try await metrics(query: uri.count > 1 ? uri[1] : nil)
        case "/users/{id}": try await text("user \(Substring(uri[0].utf8.dropFirst("/users/".count)))\n")
        case "/upload": try await text("\(received) bytes\n")
        case "/stream/{pieces}": try await stream(pieces: Int(uri[0].dropFirst("/stream/".count)) ?? 0)
        case "": try await text("404 Not Found\n", status: .notFound)
        case let path: try await health(path)
        }
    }

    private func metrics(query: String?) async throws {
        let registry = host.registry
        // GUIDE InYourFramework nio-metrics
        let scrape = ScrapeRequest(query: query) { head.headers[$0].joined(separator: ",") }
        let response = await registry.response(to: scrape)
        let headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
        let answer = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        channel.write(HTTPServerResponsePart.head(answer), promise: nil)
        for await chunk in response {
            try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: chunk))))
        }
        try await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
        // END
    }

    private func health(_ path: String) async throws {
        guard let route = HealthRoute.allCases.first(where: { $0.path == path }) else { return }
        let document = await host.healthcheck.answer(route, accept: head.headers["Accept"].first)
        try await text(
            String(decoding: document.body, as: UTF8.self),
            status: HTTPResponseStatus(statusCode: document.httpStatus),
            headers: document.headers
        )
    }

    private func stream(pieces: Int) async throws {
        let answer = HTTPResponseHead(version: .http1_1, status: .ok)
        channel.write(HTTPServerResponsePart.head(answer), promise: nil)
        let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: 16_384)
        for _ in 0..<max(0, pieces) {
            try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(piece)))
        }
        try await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
    }

    private func text(
        _ text: String,
        status: HTTPResponseStatus = .ok,
        headers: [(name: String, value: String)] = []
    ) async throws {
        var fields = HTTPHeaders(headers.map { ($0.name, $0.value) })
        fields.add(name: "Content-Length", value: "\(text.utf8.count)")
        let answer = HTTPResponseHead(version: .http1_1, status: status, headers: fields)
        channel.write(HTTPServerResponsePart.head(answer), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: text))), promise: nil)
        try await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
    }
}
