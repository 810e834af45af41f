#if Listener
import NIOCore

/// The open connections of a run: how many there may be, which one makes room for another, and their end.
///
/// Lives in the listening socket's pipeline, on the loop that all connections of the run share.
final class Connections: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    private struct Connection {
        let channel: any Channel
        /// When it began to wait for the whole header of a request, in the order of such beginnings; nil while it has one to answer.
        var waitsSince: UInt64?
    }

    private let limit: Int
    private let metrics: ListenerMetrics?
    private let reporter: Reporter
    private var open: [ObjectIdentifier: Connection] = [:]
    /// Those that wait, the longest first. An entry whose connection waits since another time is out of date.
    private var waiting = CircularBuffer<(id: ObjectIdentifier, since: UInt64)>()
    private var time: UInt64 = 0
    private var refused: Set<ObjectIdentifier> = []
    private var ended: EventLoopPromise<Void>?

    init(_ limit: Int, _ metrics: ListenerMetrics?, _ reporter: Reporter) {
        self.limit = limit
        self.metrics = metrics
        self.reporter = reporter
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = unwrapInboundIn(data)
        let id = ObjectIdentifier(channel)
        metrics?.opened()
        channel.closeFuture.assumeIsolated().whenComplete { [self] _ in closed(id) }
        if open.count < limit || evict() {
            open[id] = Connection(channel: channel)
            waits(channel)
        } else {
            refused.insert(id)
            metrics?.refused(.limit)
            reporter.report(.connectionRefused)
        }
        context.fireChannelRead(data)
    }

    /// Where the system has no descriptors, the listener tries again after a second.
    ///
    /// The socket stays readable meanwhile, and NIO's `AcceptBackoffHandler` only holds back the next read: the one that
    /// failed is still pending, so that the loop would try again at once, and without end.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        reporter.report(.acceptFailed, error)
        let channel = context.channel
        try? channel.syncOptions?.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) {
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }

    /// Whether a connection is one too many, and to be told so.
    func isRefused(_ channel: any Channel) -> Bool { refused.contains(ObjectIdentifier(channel)) }

    /// A connection waits for a request.
    func waits(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        time += 1
        open[id]?.waitsSince = time
        waiting.append((id, time))
        // Each request leaves an entry behind.
        guard waiting.count > 2 * open.count + 64 else { return }
        waiting = CircularBuffer(waiting.filter { open[$0.id]?.waitsSince == $0.since })
    }

    /// A connection has a request to answer.
    func isBusy(_ channel: any Channel) {
        open[ObjectIdentifier(channel)]?.waitsSince = nil
    }

    /// Closes the connection that has waited longest for a request. Returns whether there was one.
    private func evict() -> Bool {
        while let longest = waiting.popFirst() {
            guard let connection = open[longest.id], connection.waitsSince == longest.since else { continue }
            open[longest.id] = nil
            metrics?.refused(.evicted)
            reporter.report(.connectionEvicted)
            connection.channel.close(promise: nil)
            return true
        }
        return false
    }

    private func closed(_ id: ObjectIdentifier) {
        metrics?.closed()
        open[id] = nil
        refused.remove(id)
        if open.isEmpty { ended?.succeed() }
    }

    /// Has each connection close once it has answered its request. The promise is kept when all are closed.
    func end(_ promise: EventLoopPromise<Void>) {
        ended = promise
        guard !open.isEmpty else { return promise.succeed() }
        for connection in open.values {
            connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }
}
#endif
