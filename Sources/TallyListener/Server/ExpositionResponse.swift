#if Listener
import NIOCore
import NIOPosix
import Synchronization
import Tally

/// Answers one scrape, chunk by chunk. Each chunk is encoded after the socket has taken the one before it, so a client
/// that does not read costs two chunks of memory and no CPU time.
final class ExpositionResponse {
    /// The first chunks, encoded before the head is written.
    private struct Opening: Sendable {
        let chunks: ExpositionSource.Chunks
        let first: [UInt8]
        let second: [UInt8]?
    }

    private struct Abandoned: Error {}

    /// A flag that lets the threads skip work queued for a client that has disconnected.
    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .relaxed) }
        func set() { value.store(true, ordering: .relaxed) }
    }

    private let writer: ResponseWriter
    private let threads: NIOThreadPool
    private let request: ScrapeRequest
    private let metrics: ListenerMetrics?
    private let arrival = ContinuousClock.now
    private let abandoned = Flag()
    private var isOver = false
    private var giveUp: (@Sendable (_ isLate: Bool) -> Bool)?
    private var prepared: EventLoopPromise<Void>?
    private var timer: Scheduled<Void>?

    init(
        _ writer: ResponseWriter,
        for request: ScrapeRequest,
        threads: NIOThreadPool,
        _ metrics: ListenerMetrics?
    ) {
        self.writer = writer
        self.request = request
        self.threads = threads
        self.metrics = metrics
    }

    func start(_ source: ExpositionSource) {
        metrics?.scrapeBegan()
        let headers = Exposition.headers(for: request)
        guard !writer.isHead else {
            // An answer to HEAD need not state a length, so nothing is encoded to find it.
            writer.begin(status: 200, headers: headers, length: nil)
            return finish()
        }
        let prepared = writer.eventLoop.makePromise(of: Void.self)
        guard let giveUp = source.prepare(request, { prepared.succeed() }) else {
            prepared.succeed()
            return open(source)
        }
        self.giveUp = giveUp
        self.prepared = prepared
        // An event loop's timer, because a program that blocks every thread of the runtime's pool must not delay its
        // scrapes. The remaining fifth is for observed gauges and synchronous collectors, which are called next.
        let limit = TimeAmount((request.timeout ?? .seconds(10)) * 0.8)
        timer = writer.eventLoop.assumeIsolated().scheduleTask(in: limit) {
            if giveUp(true) { prepared.succeed() }
        }
        prepared.futureResult.assumeIsolated().whenSuccess { [self] in
            timer?.cancel()
            guard !abandoned.isSet else { return }
            open(source)
        }
    }

    private func open(_ source: ExpositionSource) {
        let opening = threads.runIfActive(eventLoop: writer.eventLoop) { [abandoned, request] in
            guard !abandoned.isSet else { throw Abandoned() }
            // Two chunks are encoded at once, so that a short exposition is sent with its length.
            let chunks = source.open(request)
            let first = chunks() ?? []
            return Opening(chunks: chunks, first: first, second: chunks())
        }
        opening.assumeIsolated().whenComplete { [self] in begin($0) }
    }

    /// Stops after the client disconnected or timed out. Work in progress finishes, and no more begins.
    func cancel() {
        abandoned.set()
        timer?.cancel()
        // A promise that is never completed keeps its callbacks, and with them the connection.
        if giveUp?(false) == true { prepared?.succeed() }
        end(isWhole: false)
    }

    private func begin(_ result: Result<Opening, any Error>) {
        guard !abandoned.isSet, case .success(let opening) = result else { return abort() }
        let length = opening.second == nil ? opening.first.count : nil
        writer.begin(status: 200, headers: Exposition.headers(for: request), length: length)
        send(opening.first) { [self] in
            guard let second = opening.second else { return finish() }
            send(second) { [self] in pull(opening.chunks) }
        }
    }

    private func pull(_ chunks: @escaping ExpositionSource.Chunks) {
        let next = threads.runIfActive(eventLoop: writer.eventLoop) { [abandoned] in
            guard !abandoned.isSet else { throw Abandoned() }
            return chunks()
        }
        next.assumeIsolated().whenComplete { [self] result in
            guard !abandoned.isSet, case .success(let chunk) = result else { return abort() }
            guard let chunk else { return finish() }
            send(chunk) { [self] in pull(chunks) }
        }
    }

    private func send(_ chunk: [UInt8], then next: @escaping () -> Void) {
        writer.write(chunk).whenComplete { [self] result in
            guard !abandoned.isSet, case .success = result else { return abort() }
            next()
        }
    }

    private func finish() {
        end(isWhole: true)
        writer.end(after: .success(()))
    }

    /// Aborts the response, unless it was cancelled. A cancelled one is already ended, perhaps with a refusal that the
    /// client is still reading.
    private func abort() {
        guard !abandoned.isSet else { return }
        end(isWhole: false)
        writer.abort()
    }

    private func end(isWhole: Bool) {
        guard !isOver else { return }
        isOver = true
        metrics?.scrapeEnded(after: arrival.duration(to: .now), isWhole: isWhole)
    }
}
#endif
