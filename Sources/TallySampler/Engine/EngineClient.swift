#if Docker
internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import Tally

/// Sends requests to an engine over its socket.
///
/// The HTTP client has no threads of its own, and closes connections that are idle for a second. Connections of an
/// engine that has exited are therefore not reused, and an engine that waits for idle connections can exit.
final class EngineClient: Sendable {
    struct Reply: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]
        /// The path of the request.
        let request: String

        /// The body of a reply with status 200.
        func acceptedBody() throws(SourceError) -> [UInt8] {
            guard status == 200 else {
                let problem = "the engine answered \(status) to \(request): \(body.prefix(200).text)"
                throw SourceError(.refused, problem, part: request)
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
    func get(_ path: String, at address: EngineAddress, within limit: Duration) async throws -> Reply {
        let client = current()
        return try await valueOrLeave(within: limit, clock: clock, of: "\(path) at \(address)") {
            var request = HTTPClientRequest(url: address.url(path))
            // A socket's path is not a host name, and an engine answers 400 without one.
            request.headers.replaceOrAdd(name: "Host", value: "localhost")
            do {
                return try await Self.reply(to: request, path, from: client)
            } catch  where Self.isClosed(error) {
                do {
                    return try await Self.replyOnNewConnection(to: request, path)
                } catch {
                    throw Self.sourceError(error, address)
                }
            } catch {
                throw Self.sourceError(error, address)
            }
        }
    }

    /// True if a connection was closed before the reply was complete. The engine may have closed an idle connection, or
    /// may have exited. Only a new connection shows which.
    private static func isClosed(_ error: any Error) -> Bool {
        switch error {
        case let error as HTTPClientError: error == .remoteConnectionClosed
        case let error as IOError: System.closedConnection.contains(error.errnoCode)
        case let error as HTTPParserError: error == .invalidEOFState
        case let error as ChannelError: [.ioOnClosedChannel, .alreadyClosed, .eof].contains(error)
        default: false
        }
    }

    /// Asks on a connection of its own, because the pool may hold others that are closed.
    private static func replyOnNewConnection(to request: HTTPClientRequest, _ path: String) async throws -> Reply {
        let client = new()
        let result: Result<Reply, any Error>
        do {
            result = .success(try await reply(to: request, path, from: client))
        } catch {
            result = .failure(error)
        }
        try? await client.shutdown()
        return try result.get()
    }

    private static func reply(
        to request: HTTPClientRequest,
        _ path: String,
        from client: HTTPClient
    ) async throws -> Reply {
        // Never reached, because callers cancel earlier.
        let response = try await client.execute(request, timeout: .hours(1))
        let body = try await response.body.collect(upTo: maxBodyBytes)
        return Reply(
            status: Int(response.status.code),
            headers: response.headers,
            body: Array(body.readableBytesView),
            request: path
        )
    }

    private func current() -> HTTPClient {
        client.withLock { client in
            if let client { return client }
            let new = Self.new()
            client = new
            return new
        }
    }

    private static func new() -> HTTPClient {
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
        return HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    private static func sourceError(_ error: any Error, _ address: EngineAddress) -> any Error {
        switch error {
        case is CancellationError: error
        case is NIOTooManyBytesError: SourceError(.malformed, "the engine's answer exceeds 8 MiB and is omitted")
        case let error as IOError:
            SourceError(
                [1, 13].contains(error.errnoCode) ? .forbidden : .unavailable,
                "cannot reach the engine at \(address): \(error)"
            )
        case let error as HTTPClientError where error == .connectTimeout:
            SourceError(.timeout, "the engine at \(address) did not accept a connection in time; check that it runs")
        case let error as HTTPClientError: SourceError(.failed, "no answer from the engine at \(address): \(error)")
        default: SourceError(.failed, "no answer from the engine at \(address): \(type(of: error))")
        }
    }
}
#endif
