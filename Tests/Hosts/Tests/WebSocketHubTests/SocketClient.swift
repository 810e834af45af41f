import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

/// A WebSocket client under a test's control. It answers neither pings nor close frames.
final class SocketClient: Sendable {
    struct Refused: Error {
        let status: HTTPResponseStatus?
    }

    let channel: any Channel
    private let frames: AsyncStream<WebSocketFrame>

    /// - Parameter url: `ws://127.0.0.1:8080` or `wss://…`, whose certificate is not verified.
    init(_ url: String) async throws {
        let (frames, received) = AsyncStream.makeStream(of: WebSocketFrame.self)
        self.frames = frames
        let port = url.split(separator: ":").last.flatMap { Int($0) } ?? 0
        let upgrade = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.configure(channel, isSecure: url.hasPrefix("wss"), received)
                }
            }
        channel = try await upgrade.get()
    }

    private static func configure(
        _ channel: any Channel,
        isSecure: Bool,
        _ received: AsyncStream<WebSocketFrame>.Continuation
    ) throws -> EventLoopFuture<any Channel> {
        if isSecure {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.certificateVerification = .none
            let handler = try NIOSSLClientHandler(
                context: NIOSSLContext(configuration: configuration),
                serverHostname: nil
            )
            try channel.pipeline.syncOperations.addHandler(handler)
        }
        let upgrader = NIOTypedWebSocketClientUpgrader<any Channel>(maxFrameSize: 1 << 20) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(Collector(received))
                return channel
            }
        }
        let configuration = NIOTypedHTTPClientUpgradeConfiguration<any Channel>(
            upgradeRequestHead: HTTPRequestHead(
                version: .http1_1,
                method: .GET,
                uri: "/",
                headers: ["Host": "127.0.0.1", "Content-Length": "0"]
            ),
            upgraders: [upgrader],
            notUpgradingCompletionHandler: { $0.eventLoop.makeFailedFuture(Refused(status: nil)) }
        )
        return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: .init(upgradeConfiguration: configuration)
        )
    }

    // MARK: Frames

    func send(_ text: String) async throws { try await send(.text, ByteBuffer(string: text)) }

    func send(
        _ opcode: WebSocketOpcode,
        _ data: ByteBuffer = ByteBuffer(),
        fin: Bool = true,
        rsv1: Bool = false,
        isMasked: Bool = true
    ) async throws {
        let key = isMasked ? WebSocketMaskingKey([1, 2, 3, 4]) : nil
        let frame = WebSocketFrame(fin: fin, rsv1: rsv1, opcode: opcode, maskKey: key, data: data)
        try await channel.writeAndFlush(frame)
    }

    /// The next frame from the hub; nil at the end of the connection.
    func next() async -> WebSocketFrame? {
        var iterator = frames.makeAsyncIterator()
        return await iterator.next()
    }

    /// The text of the next frame, or `ping`, `pong` or `close`.
    func nextText() async -> String? {
        guard let frame = await next() else { return nil }
        return switch frame.opcode {
        case .ping: "ping"
        case .pong: "pong"
        case .connectionClose: "close"
        default: String(buffer: frame.data)
        }
    }

    /// Skips frames until a close frame, and returns its code; nil if the connection ends without one.
    func closeCode() async -> WebSocketErrorCode? {
        while let frame = await next() {
            if frame.opcode == .connectionClose { return frame.data.peekWebSocketErrorCode() }
        }
        return nil
    }

    /// Sends a close frame with a code.
    func sendClose(_ code: UInt16 = 1000) async throws { try await send(.connectionClose, ByteBuffer(integer: code)) }

    /// Closes the connection as an orderly peer does, and waits for its end.
    func leave() async throws {
        try await sendClose()
        while await next() != nil {}
        try await channel.closeFuture.get()
    }

    /// Vanishes: the peer gets a reset instead of a close frame.
    func vanish() async throws {
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await channel.close()
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = WebSocketFrame

        private let received: AsyncStream<WebSocketFrame>.Continuation

        init(_ received: AsyncStream<WebSocketFrame>.Continuation) {
            self.received = received
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { received.yield(unwrapInboundIn(data)) }

        func channelInactive(context: ChannelHandlerContext) { received.finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
