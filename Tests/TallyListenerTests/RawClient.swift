#if Listener
import Foundation
import NIOCore
import NIOPosix
import TallyListener

/// A test's TCP connection. It blocks no thread, and every wait ends when the test's time limit cancels it.
final class RawClient {
    let channel: any Channel
    private let resets: Count
    private var arriving: AsyncStream<[UInt8]>.Iterator
    private var buffer: [UInt8] = []

    /// - Parameters:
    ///   - first: Sent as soon as the connection is open, however long the test has to wait for its turn.
    ///   - reads: True to read from the socket at once; otherwise reading begins with ``startReading()``.
    ///   - outlasts: True to continue sending after the other side has closed its sending half.
    convenience init(
        _ port: Int,
        host: String = "127.0.0.1",
        sending first: String = "",
        reads: Bool = true,
        outlasts: Bool = false
    ) async throws {
        try await self.init(.tcp(host: host, port: port), sending: first, reads: reads, outlasts: outlasts)
    }

    /// - Parameter wrapping: Adds handlers below those of the test, such as TLS.
    init(
        _ address: ListenerAddress,
        sending first: String = "",
        reads: Bool = true,
        outlasts: Bool = false,
        wrapping: @escaping @Sendable (any Channel) throws -> Void = { _ in }
    ) async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        let resets = Count()
        self.resets = resets
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.allowRemoteHalfClosure, value: outlasts)
            .channelOption(.socketOption(.so_rcvbuf), value: 16 * 1024)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try wrapping(channel)
                    try channel.pipeline.syncOperations.addHandler(Inbox(continuation, resets, first))
                }
            }
        channel =
            if let path = address.socketPath {
                try await bootstrap.connect(unixDomainSocketPath: path).get()
            } else {
                try await bootstrap.connect(host: address.host, port: address.port).get()
            }
        arriving = stream.makeAsyncIterator()
    }

    deinit {
        channel.close(promise: nil)
    }

    func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    /// Sends without waiting until the system has taken the text; the future reports that.
    @discardableResult
    func post(_ text: String) -> EventLoopFuture<Void> {
        channel.writeAndFlush(ByteBuffer(string: text))
    }

    func get(_ target: String, headers: String = "", method: String = "GET") async throws -> RawResponse {
        try await send("\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n")
        return try await response(isHead: method == "HEAD")
    }

    /// Waits for the end of the connection, and returns whether it was a reset.
    func isReset() async -> Bool {
        try? await channel.setOption(.autoRead, value: true).get()
        _ = await rest()
        return resets.value > 0
    }

    /// Closes the sending half.
    func finishSending() async throws {
        try await channel.close(mode: .output).get()
    }

    /// Resets the connection, which the other side notices at once.
    func reset() async throws {
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await channel.close().get()
    }

    /// All bytes until the other side closes.
    func rest() async -> [UInt8] {
        while let bytes = await arriving.next(isolation: #isolation) { buffer += bytes }
        defer { buffer = [] }
        return buffer
    }

    /// The next response, with its framing removed.
    func response(isHead: Bool = false) async throws -> RawResponse {
        var response = RawResponse(head: try await take(until: "\r\n\r\n"))
        if isHead { return response }
        if response["transfer-encoding"] == "chunked" {
            while let size = Int(try await take(until: "\r\n"), radix: 16), size > 0 {
                response.body += try await take(size)
                _ = try await take(2)
                response.chunks += 1
            }
            _ = try await take(2)
        } else if let length = response["content-length"].flatMap(Int.init) {
            response.body = try await take(length)
        } else {
            response.body = await rest()
        }
        return response
    }

    private func take(until end: String) async throws -> String {
        let end = Array(end.utf8)
        var searched = 0
        while true {
            if let index = buffer[searched...].indices.first(where: { buffer[$0...].starts(with: end) }) {
                return String(decoding: try await take(index + end.count).dropLast(end.count), as: UTF8.self)
            }
            searched = max(0, buffer.count - end.count)
            try await more()
        }
    }

    private func take(_ count: Int) async throws -> [UInt8] {
        while buffer.count < count { try await more() }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    private func more() async throws {
        guard let bytes = await arriving.next(isolation: #isolation) else {
            throw Closed(received: String(decoding: buffer.prefix(1_000), as: UTF8.self))
        }
        buffer += bytes
    }

    /// The connection ended before the expected bytes arrived.
    struct Closed: Error {
        let received: String
    }

    private final class Inbox: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let arrived: AsyncStream<[UInt8]>.Continuation
        private let resets: Count
        private let first: String

        init(_ arrived: AsyncStream<[UInt8]>.Continuation, _ resets: Count, _ first: String) {
            self.arrived = arrived
            self.resets = resets
            self.first = first
        }

        func channelActive(context: ChannelHandlerContext) {
            guard !first.isEmpty else { return }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: first)), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            arrived.yield(Array(unwrapInboundIn(data).readableBytesView))
        }

        func channelInactive(context: ChannelHandlerContext) {
            arrived.finish()
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event as? ChannelEvent == .inputClosed { arrived.finish() }
        }

        /// Treats a reset like any other end, but counts it.
        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            _ = resets.increment()
            context.close(promise: nil)
        }
    }
}

struct RawResponse {
    let status: Int
    let fields: [(name: String, value: String)]
    var body: [UInt8] = []
    var chunks = 0

    init(head: String) {
        let lines = head.split(separator: "\r\n")
        // Strict, so that bytes left over from the previous response do not pass for part of this one.
        let status = lines[0].split(separator: " ")
        self.status = status.count > 1 && status[0].hasPrefix("HTTP/1.") ? Int(status[1]) ?? 0 : 0
        fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (parts[0].lowercased(), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
    }

    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    var text: String { String(decoding: body, as: UTF8.self) }
}
#endif
