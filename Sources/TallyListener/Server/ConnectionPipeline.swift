#if Listener
import NIOCore
import NIOHTTP1
import NIOPosix

/// Makes the pipelines of the connections that one address accepts.
struct ConnectionPipeline: Sendable {
    let routes: RouteTable
    let hosts: AllowedHosts
    let authorization: ListenerAuthorization?
    let limits: ListenerLimits
    let isEncrypted: Bool
    let threads: NIOThreadPool
    let metrics: ListenerMetrics?
    let shared: NIOLoopBound<RunContext>

    func configure(_ connection: any Channel) throws {
        let context = shared.value
        let pipeline = connection.pipeline.syncOperations
        let encryption = isEncrypted ? context.encryption : nil
        guard !context.connections.isRefused(connection) else {
            // A handshake only to refuse the request would cost more than the request.
            guard encryption == nil else { return connection.close(promise: nil) }
            return try pipeline.addHandler(RefusedConnection())
        }
        if let encryption {
            try pipeline.addHandler(SocketHandle())
            try encryption.begin(connection)
        }
        let deadlines = ConnectionDeadlines(limits, hasHandshake: isEncrypted, metrics, context.reporter)
        try pipeline.addHandler(deadlines)
        try addHTTP(to: pipeline)
        try pipeline.addHandler(
            RequestHandler(
                RequestEnvironment(
                    routes: routes,
                    hosts: hosts,
                    authorization: authorization,
                    clientCertificate: { encryption?.clientCertificate(connection) },
                    limits: limits,
                    threads: threads,
                    connections: context.connections,
                    deadlines: deadlines,
                    metrics: metrics,
                    reporter: context.reporter
                )
            )
        )
    }

    private func addHTTP(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.maxHeaderBytes
        decoding.maxHeaderListSize = limits.maxHeaderBytes
        decoding.maxHeaderFieldCount = limits.maxHeaderFields
        var encoding = HTTPResponseEncoder.Configuration()
        // The encoder does not know that an answer to HEAD has no body, and would end it with an empty chunk.
        encoding.automaticallySetFramingHeaders = false
        try pipeline.configureHTTPServerPipeline(
            // NIO's own error handler would answer malformed requests even after the last response of a connection.
            withErrorHandling: false,
            withEncoderConfiguration: encoding,
            withDecoderLimitConfiguration: decoding
        )
    }
}
#endif
