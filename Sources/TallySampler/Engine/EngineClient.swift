#if Docker
internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import Tally

/// Asks an engine over its Unix socket.
///
/// The HTTP client behind it has no threads of its own, and no connection a second after the last request: a socket
/// that an engine left behind is never asked again, and an engine that waits for idle connections to go can do so.
final class EngineClient: Sendable {
    struct Reply: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]

        /// The body of an answer that is a good one.
        func acceptedBody() throws(SourceError) -> [UInt8] {
            guard status == 200 else {
                throw SourceError(.refused, "the engine answers \(status): \(body.prefix(200).text)")
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
        // For a source that is let go without its sampler having stopped.
        if let client = client.withLock({ $0 }) { Task { try? await client.shutdown() } }
    }

    /// Lets go of what is open, and ends what is under way. A request afterwards begins anew.
    func shutdown() async {
        let client = client.withLock { client in
            defer { client = nil }
            return client
        }
        try? await client?.shutdown()
    }

    /// Asks, and waits for the whole of the answer.
    ///
    /// - Throws: `SourceError`, or `CancellationError` as soon as the task is cancelled.
    func get(_ path: String, at socket: String, within limit: Duration) async throws -> Reply {
        let client = current()
        return try await valueOrLeave(within: limit, clock: clock) {
            var request = HTTPClientRequest(url: "http+unix://\(Self.escaped(socket))\(path)")
            // A socket's path is no host's name, and without one an engine answers 400.
            request.headers.replaceOrAdd(name: "Host", value: "localhost")
            do {
                return try await Self.reply(to: request, from: client)
            } catch let error as HTTPClientError where error == .remoteConnectionClosed {
                // A connection that was kept may close under a request. A new one shows whether the engine is there.
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
        // Longer than any caller waits; callers cancel.
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
            // Nobody there is an answer.
            configuration.connectionPool.retryConnectionEstablishment = false
            // A sampler asks for eight at a time; those that were given up may take a moment more to end.
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
            let new = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
            client = new
            return new
        }
    }

    private static func sourceError(_ error: any Error) -> any Error {
        switch error {
        case is CancellationError: error
        case is NIOTooManyBytesError: SourceError(.malformed, "the engine's answer is over 8 MiB")
        case let error as IOError:
            SourceError([1, 13].contains(error.errnoCode) ? .forbidden : .unavailable, "\(error)")
        case let error as HTTPClientError where error == .connectTimeout:
            SourceError(.timeout, "the engine takes no connection")
        case let error as HTTPClientError: SourceError(.failed, "no answer from the engine: \(error)")
        default: SourceError(.failed, "no answer from the engine: \(type(of: error))")
        }
    }

    private static let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._".utf8)

    /// A path as the host of a URL. https://www.rfc-editor.org/rfc/rfc3986#section-2.3
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
