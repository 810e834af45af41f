import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// Accepts WebSockets until the service group shuts down.
struct HubServer: Service {
    let settings: HubSettings
    let hub: Hub
    var clock: any Clock<Duration> = ContinuousClock()
    let onListening: @Sendable (_ url: String) -> Void

    /// The time from connecting to the end of the handshake.
    static let handshakePatience = Duration.seconds(5)

    func run() async throws {
        let tls = try settings.makeTLS()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: settings.host, port: settings.port) { channel in
                channel.eventLoop.makeCompletedFuture { try Handshake(on: channel, tls) }
            }
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                try await server.executeThenClose { handshakes in
                    let port = server.channel.localAddress?.port ?? 0
                    onListening("\(tls == nil ? "ws" : "wss")://\(settings.host):\(port)")
                    for try await handshake in handshakes { group.addTask { await serve(handshake) } }
                }
            }
        } onGracefulShutdown: {
            server.channel.close(promise: nil)
            hub.close()
        }
    }

    private func serve(_ handshake: Handshake) async {
        let deadline = Task {
            try await clock.sleep(for: Self.handshakePatience)
            handshake.channel.close(promise: nil)
        }
        let socket = try? await handshake.socket.get()
        deadline.cancel()
        guard let socket else { return hub.metrics.errors.increment(for: .handshake) }
        // A write that fails ends only this session.
        try? await ClientSession(socket: socket, hub: hub, clock: clock).run()
    }
}

extension HubSettings {
    fileprivate func makeTLS() throws -> NIOSSLContext? {
        guard let certificate, let key else { return nil }
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            )
        )
    }
}
