#if Listener
import NIOCore
import NIOPosix
import Synchronization
import Tally

/// Answers one scrape, chunk by chunk: the next is made when the socket has taken the last, so that a client that
/// does not read costs two chunks of memory and no work.
final class ExpositionResponse {
    /// What is known before the head is written.
    private struct Opening: Sendable {
        let chunks: ExpositionSource.Chunks
        let first: [UInt8]
        let second: [UInt8]?
        let length: Int?
    }

    private struct Abandoned: Error {}

    /// Read by the threads, so that work queued for a client that is gone is not begun.
    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .relaxed) }
        func set() { value.store(true, ordering: .relaxed) }
    }

    private let writer: ResponseWriter
    private let threads: NIOThreadPool
    private var request: ScrapeRequest
    private let abandoned = Flag()
    private var preparation: Task<Void, Never>?

    init(_ writer: ResponseWriter, for request: ScrapeRequest, threads: NIOThreadPool) {
        self.writer = writer
        self.request = request
        self.threads = threads
    }

    func start(_ source: ExpositionSource) {
        guard let prepare = source.preparation(request) else { return open(source) }
        let prepared = writer.eventLoop.makePromise(of: Void.self)
        let start = ContinuousClock.now
        let task = Task {
            await prepare()
            prepared.succeed()
        }
        preparation = task
        prepared.futureResult.assumeIsolated().whenSuccess { [self] in
            guard !abandoned.isSet else { return }
            request.spend(start.duration(to: .now))
            open(source)
        }
    }

    private func open(_ source: ExpositionSource) {
        let opening = threads.runIfActive(eventLoop: writer.eventLoop) {
            [abandoned, request, isHead = writer.isHead] in
            guard !abandoned.isSet else { throw Abandoned() }
            return Self.open(source, request, isHead: isHead, abandoned)
        }
        opening.assumeIsolated().whenComplete { [self] in begin($0) }
    }

    /// The client is gone: what runs is let finish, and nothing more is begun.
    func cancel() {
        abandoned.set()
        preparation?.cancel()
    }

    /// Two chunks are made at once, to send the length of a short exposition. A `HEAD` counts the whole of it instead:
    /// NIO's encoder would end a chunked head with the empty chunk of a body it must not have.
    private static func open(
        _ source: ExpositionSource,
        _ request: ScrapeRequest,
        isHead: Bool,
        _ abandoned: Flag
    ) -> Opening {
        let chunks = source.open(request)
        let first = chunks() ?? []
        let second = chunks()
        guard isHead else {
            return Opening(chunks: chunks, first: first, second: second, length: second == nil ? first.count : nil)
        }
        var length = first.count + (second?.count ?? 0)
        while !abandoned.isSet, second != nil, let chunk = chunks() {
            length += chunk.count
        }
        return Opening(chunks: chunks, first: [], second: nil, length: length)
    }

    private func begin(_ result: Result<Opening, any Error>) {
        guard !abandoned.isSet, case .success(let opening) = result else {
            writer.abort()
            return
        }
        let headers = [
            ("Content-Type", request.format.contentType), ("Vary", "Accept, Accept-Encoding"),
            (EncodingNegotiation.marker, ""),
        ]
        writer.begin(status: 200, headers: headers.map { (name: $0, value: $1) }, length: opening.length)
        send(opening.first) { [self] in
            guard let second = opening.second else { return writer.end(after: .success(())) }
            send(second) { [self] in pull(opening.chunks) }
        }
    }

    private func pull(_ chunks: @escaping ExpositionSource.Chunks) {
        let next = threads.runIfActive(eventLoop: writer.eventLoop) { [abandoned] in
            guard !abandoned.isSet else { throw Abandoned() }
            return chunks()
        }
        next.assumeIsolated().whenComplete { [self] result in
            guard !abandoned.isSet, case .success(let chunk) = result else { return writer.abort() }
            guard let chunk else { return writer.end(after: .success(())) }
            send(chunk) { [self] in pull(chunks) }
        }
    }

    private func send(_ chunk: [UInt8], then next: @escaping () -> Void) {
        writer.write(chunk).whenComplete { [self] result in
            guard !abandoned.isSet, case .success = result else { return writer.abort() }
            next()
        }
    }
}
#endif
