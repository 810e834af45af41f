import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The port for players.
struct PlayerServer: Service {
    let accounts: Accounts
    let metrics: GatewayMetrics
    let port: Int
    let silenceLimit: Duration
    let logger: Logger
    let onListening: @Sendable (Int) -> Void
    private let games = Games()

    init(
        accounts: Accounts,
        metrics: GatewayMetrics,
        port: Int,
        silenceLimit: Duration,
        logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void
    ) {
        self.accounts = accounts
        self.metrics = metrics
        self.port = port
        self.silenceLimit = silenceLimit
        self.logger = logger
        self.onListening = onListening
    }

    func run() async throws {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { [refusals = metrics.refusals] channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = AcceptErrorHandler { refusals.increment(for: .tooManyConnections) }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            // Finds connections whose other end has vanished.
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .bind(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(LineDecoder()))
                    return try NIOAsyncChannel<String, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        onListening(server.channel.localAddress?.port ?? 0)
        do {
            try await cancelWhenGracefulShutdown { try await serve(server) }
        } catch is CancellationError {}
    }

    private func serve(_ server: NIOAsyncChannel<NIOAsyncChannel<String, ByteBuffer>, Never>) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            try await server.executeThenClose { connections in
                for try await connection in connections {
                    group.addTask { await serve(connection) }
                }
            }
        }
    }

    private func serve(_ connection: NIOAsyncChannel<String, ByteBuffer>) async {
        let (channel, metrics) = (connection.channel, metrics)
        let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(silenceLimit)) {
            let refusal = Player.text(of: .silent, countedIn: metrics)
            channel.writeAndFlush(ByteBuffer(string: "\(refusal)\n"), promise: nil)
            channel.close(promise: nil)
        }
        defer { deadline.cancel() }
        var player = Player(channel, accounts: accounts, games: games, metrics: metrics, logger: logger)
        defer { player.leave() }
        // A client that vanishes ends its own task only.
        try? await metrics.players.withIncrement {
            try await connection.executeThenClose { lines, answers in
                do {
                    for try await line in lines {
                        let answer = await player.answer(line)
                        if player.account != nil { deadline.cancel() }
                        try await answers.write(ByteBuffer(string: "\(answer)\n"))
                    }
                } catch let refusal as Refusal {
                    let text = Player.text(of: refusal, countedIn: metrics)
                    try await answers.write(ByteBuffer(string: "\(text)\n"))
                }
            }
        }
    }
}
