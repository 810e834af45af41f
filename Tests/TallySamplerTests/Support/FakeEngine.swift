#if Docker
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TallyTestSupport

/// An engine with a test's answers, on a Unix socket in a temporary folder.
final class FakeEngine: Sendable {
    enum Answer: Sendable {
        case reply(HTTPResponseStatus, [UInt8], isChunked: Bool = false)
        /// The head, and a part of the body.
        case half([UInt8])
        /// No answer.
        case hang
        /// Closes the connection.
        case close

        static func ok(_ text: String) -> Answer { .reply(.ok, Array(text.utf8)) }
    }

    struct Seen: Sendable, Equatable {
        let uri: String
        let host: String?
    }

    typealias Route = @Sendable (String) -> Answer

    private let folder: TemporaryFolder
    private let channel: any Channel
    private let box: Box
    let socket: String

    /// The state that the connections share.
    private final class Box: Sendable {
        let headers: HTTPHeaders
        let route: Mutex<Route>
        let seen = Mutex<[Seen]>([])
        let open = Atomic<Int>(0)

        init(headers: HTTPHeaders, route: @escaping Route) {
            self.headers = headers
            self.route = Mutex(route)
        }
    }

    static let docker: HTTPHeaders = ["Server": "Docker/20.10.24 (linux)", "Api-Version": "1.41", "Ostype": "linux"]
    static let podman: HTTPHeaders = [
        "Server": "Libpod/4.3.1 (linux)", "Api-Version": "1.41", "Libpod-Api-Version": "4.3.1",
    ]

    /// The port, if the engine listens on one.
    var port: Int? { channel.localAddress?.port }

    /// - Parameter onPort: True to listen on a port of this machine instead of a socket.
    init(_ headers: HTTPHeaders = FakeEngine.docker, onPort: Bool = false, route: @escaping Route) async throws {
        folder = try TemporaryFolder()
        socket = folder.url.appending(path: "engine.sock").path
        let box = Box(headers: headers, route: route)
        self.box = box
        let server = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    box.open.add(1, ordering: .relaxed)
                    channel.closeFuture.whenComplete { _ in box.open.subtract(1, ordering: .relaxed) }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(box: box))
                }
            }
        channel =
            onPort
            ? try await server.bind(host: "127.0.0.1", port: 0).get()
            : try await server.bind(unixDomainSocketPath: socket).get()
    }

    /// The requests received.
    var seen: [Seen] { box.seen.withLock { $0 } }
    /// The number of open connections.
    var open: Int { box.open.load(ordering: .relaxed) }

    func answer(_ route: @escaping Route) {
        box.route.withLock { $0 = route }
    }

    /// Accepts no more connections; open ones stay.
    func stop() async throws { try await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let box: Box

        init(box: Box) {
            self.box = box
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let head) = unwrapInboundIn(data) else { return }
            box.seen.withLock { $0.append(Seen(uri: head.uri, host: head.headers.first(name: "Host"))) }
            let route = box.route.withLock { $0 }
            switch route(head.uri) {
            case .reply(let status, let body, let isChunked):
                var headers = box.headers
                if !isChunked { headers.add(name: "Content-Length", value: "\(body.count)") }
                context.write(
                    wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
                    promise: nil
                )
                // So short that chunks end within tokens.
                let size = isChunked ? max(7, body.count / 1000) : max(1, body.count)
                let pieces = stride(from: 0, to: body.count, by: size).map { body[$0..<min($0 + size, body.count)] }
                for piece in pieces {
                    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: piece)))), promise: nil)
                }
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .half(let body):
                var headers = box.headers
                headers.add(name: "Content-Length", value: "\(body.count + 1)")
                context.write(
                    wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers))),
                    promise: nil
                )
                context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
            case .hang: break
            case .close: context.close(promise: nil)
            }
        }
    }
}
#endif
