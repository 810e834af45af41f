#if Listener
import NIOCore

/// The open connections of a run. Enforces their limit, evicts waiting ones, and closes all of them when the run ends.
///
/// Confined to the event loop that all listening sockets and connections of the run share.
final class Connections {
    private struct Connection {
        let channel: any Channel
        /// The logical time at which the connection began to wait for a request; nil while it has one to answer.
        var waitsSince: UInt64?
    }

    private let limit: Int
    private let metrics: ListenerMetrics?
    private let reporter: Reporter
    private var open: [ObjectIdentifier: Connection] = [:]
    /// Waiting connections, the longest wait first. An entry is outdated if its connection began a later wait or is
    /// busy.
    private var waiting = CircularBuffer<(id: ObjectIdentifier, since: UInt64)>()
    private var time: UInt64 = 0
    private var refused: Set<ObjectIdentifier> = []
    private var ended: EventLoopPromise<Void>?

    init(_ limit: Int, _ metrics: ListenerMetrics?, _ reporter: Reporter) {
        self.limit = limit
        self.metrics = metrics
        self.reporter = reporter
    }

    /// Notes an accepted connection.
    func admit(_ channel: any Channel) {
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
    }

    /// True if a connection exceeds the limit and must be answered 503.
    func isRefused(_ channel: any Channel) -> Bool { refused.contains(ObjectIdentifier(channel)) }

    /// Marks a connection as waiting for a request.
    func waits(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        time += 1
        open[id]?.waitsSince = time
        waiting.append((id, time))
        // Each request leaves an outdated entry behind.
        guard waiting.count > 2 * open.count + 64 else { return }
        waiting = CircularBuffer(waiting.filter { open[$0.id]?.waitsSince == $0.since })
    }

    /// Marks a connection as having a request to answer.
    func isBusy(_ channel: any Channel) {
        open[ObjectIdentifier(channel)]?.waitsSince = nil
    }

    /// Closes the connection that has waited longest for a request. Returns false if none is waiting.
    private func evict() -> Bool {
        while let longest = waiting.popFirst() {
            guard let connection = open[longest.id], connection.waitsSince == longest.since else { continue }
            open[longest.id] = nil
            metrics?.refused(.evicted)
            reporter.report(.connectionEvicted)
            SocketHandle.close(connection.channel)
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

    /// Closes each connection once it has answered its request. Succeeds the promise when all are closed.
    func end(_ promise: EventLoopPromise<Void>) {
        ended = promise
        guard !open.isEmpty else { return promise.succeed() }
        for connection in open.values {
            connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }
}
#endif
