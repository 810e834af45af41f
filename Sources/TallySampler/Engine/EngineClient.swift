#if Docker
internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import Tally

/// Sends requests to an engine over its Unix socket.
///
/// The HTTP client has no threads of its own, and closes connections that are idle for a second. Connections of an
/// engine that has exited are therefore not reused, and an engine that waits for idle connections can exit.
final class EngineClient: Sendable {
    struct Reply: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]

        /// The body of a reply with status 200.
        func acceptedBody() throws(SourceError) -> [UInt8] {
            guard status == 200 else {
                throw SourceError(.refused, "the engine answered \(status): \(body.prefix(200).text)")
            }
            return body
        }
    }

    static let maxBodyBytes = 8 << 20

    private let client = Locked<HTTPClient?>(nil)
    private let clock: ElapsedClock

    init(clock: any Clock<Duration>) {
        self.clock = ElapsedClock(clock)
    }

    deinit {
        // The source may be released before its sampler has stopped.
        if let client = client.withLock({ $0 }) { Task { try? await client.shutdown() } }
    }

    /// Closes all connections, and ends requests in flight. A later request creates a new client.
    func shutdown() async {
        let client = client.withLock { client in
            defer { client = nil }
            return client
        }
        try? await client?.shutdown()
    }

    /// Sends a request, and waits for the complete reply.
    ///
    /// - Throws: `SourceError`, or `CancellationError` as soon as the task is cancelled.
    func get(_ path: String, at socket: String, within limit: Duration) async throws -> Reply {
        let client = current()
        return try await valueOrLeave(within: limit, clock: clock) {
            var request = HTTPClientRequest(url: "http+unix://\(Self.escaped(socket))\(path)")
            // A socket's path is not a host name, and an engine answers 400 without one.
            request.headers.replaceOrAdd(name: "Host", value: "localhost")
            do {
                return try await Self.reply(to: request, from: client)
            } catch let error as HTTPClientError where error == .remoteConnectionClosed {
                // A kept-alive connection may close during a request. A new one shows whether the engine is there.
                do {
                    return try await Self.reply(to: request, from: client)
                } catch {
                    throw Self.sourceError(error)
                }
            } catch {
                throw Self.sourceError(error)
            }
        }
    }

    private static func reply(to request: HTTPClientRequest, from client: HTTPClient) async throws -> Reply {
        // Never reached, because callers cancel earlier.
        let response = try await client.execute(request, timeout: .hours(1))
        let body = try await response.body.collect(upTo: maxBodyBytes)
        return Reply(
            status: Int(response.status.code),
            headers: response.headers,
            body: Array(body.readableBytesView)
        )
    }

    private func current() -> HTTPClient {
        client.withLock { client in
            if let client { return client }
            var configuration = HTTPClient.Configuration(
                redirectConfiguration: .disallow,
                timeout: .init(connect: .seconds(5)),
                connectionPool: .init(idleTimeout: .seconds(1))
            )
            configuration.httpVersion = .http1Only
            // If nothing listens, a retry would only delay the answer.
            configuration.connectionPool.retryConnectionEstablishment = false
            // A sampler sends eight requests at a time. Cancelled ones may take a moment longer to end.
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
            let new = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
            client = new
            return new
        }
    }

    private static func sourceError(_ error: any Error) -> any Error {
        switch error {
        case is CancellationError: error
        case is NIOTooManyBytesError: SourceError(.malformed, "the engine's answer exceeds 8 MiB and is omitted")
        case let error as IOError:
            SourceError(
                [1, 13].contains(error.errnoCode) ? .forbidden : .unavailable,
                "cannot reach the engine: \(error)"
            )
        case let error as HTTPClientError where error == .connectTimeout:
            SourceError(.timeout, "the engine did not accept a connection in time; check that it runs")
        case let error as HTTPClientError: SourceError(.failed, "no answer from the engine: \(error)")
        default: SourceError(.failed, "no answer from the engine: \(type(of: error))")
        }
    }

    private static let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._".utf8)

    /// A path, percent-encoded as the host of a URL. https://www.rfc-editor.org/rfc/rfc3986#section-2.3
    static func escaped(_ path: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in path.utf8 {
            if unreserved.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return bytes.text
    }
}
#endif
