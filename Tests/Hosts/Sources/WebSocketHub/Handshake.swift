import NIOCore
import NIOHTTP1
import NIOSSL
import NIOWebSocket

/// The handshake of a connection, whose request may not be for a WebSocket.
struct Handshake: Sendable {
    typealias Socket = ClientSession.Socket

    let channel: any Channel
    /// The socket after the handshake; nil if the request was for something else.
    let socket: EventLoopFuture<Socket?>

    init(on channel: any Channel, _ tls: NIOSSLContext?) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        let upgrader = NIOTypedWebSocketServerUpgrader<Socket?>(
            maxFrameSize: MessageReader.maxBytes,
            // The session answers violations, so that all of them are counted.
            enableAutomaticErrorHandling: false,
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture { try Socket(wrappingChannelSynchronously: channel) }
            }
        )
        self.channel = channel
        socket = try pipeline.configureUpgradableHTTPServerPipeline(
            configuration: .init(
                upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
                    upgraders: [upgrader],
                    notUpgradingCompletionHandler: { Self.refuse($0) }
                )
            )
        )
    }

    /// Answers any other request: 426, upgrade required.
    private static func refuse(_ channel: any Channel) -> EventLoopFuture<Socket?> {
        let head = HTTPResponseHead(
            version: .http1_1,
            status: .upgradeRequired,
            headers: ["Connection": "close, upgrade", "Upgrade": "websocket", "Content-Length": "0"]
        )
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        return channel.writeAndFlush(HTTPServerResponsePart.end(nil)).flatMapThrowing {
            channel.close(promise: nil)
            return nil
        }
    }
}
