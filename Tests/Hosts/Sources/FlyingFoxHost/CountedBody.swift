import FlyingFox
import FlyingSocks
import Foundation
import Tally

/// Finishes a call at the end of the response, or when the client has disconnected before the end.
final class BodyEnd: Sendable {
    private let call: HTTPServerMetrics.Call
    private let route: String
    private let status: Int

    init(call: HTTPServerMetrics.Call, route: String, status: Int) {
        self.call = call
        self.route = route
        self.status = status
    }

    func reached() {
        call.finish(route: route, status: status)
    }

    deinit {
        // Has no effect after the end. Otherwise the server has dropped the body, because the client is gone.
        call.finish(route: route, status: status, error: RequestError.connectionClosed)
    }
}

/// A response's body that reports its end. The server asks for the next piece once the previous one is sent.
struct CountedBody: AsyncBufferedSequence {
    typealias Element = UInt8

    private let body: HTTPBodySequence
    private let end: BodyEnd

    init(_ body: HTTPBodySequence, ending end: BodyEnd) {
        self.body = body
        self.end = end
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(pieces: body.makeAsyncIterator(), isChunked: body.count == nil, end: end)
    }

    struct Iterator: AsyncBufferedIteratorProtocol {
        fileprivate var pieces: HTTPBodySequence.Iterator
        fileprivate let isChunked: Bool
        fileprivate let end: BodyEnd
        private var rest = Data()

        fileprivate init(pieces: HTTPBodySequence.Iterator, isChunked: Bool, end: BodyEnd) {
            self.pieces = pieces
            self.isChunked = isChunked
            self.end = end
        }

        mutating func next() async throws -> UInt8? {
            if rest.isEmpty { rest = try await nextBuffer(suggested: 1) ?? Data() }
            return rest.popFirst()
        }

        mutating func nextBuffer(suggested count: Int) async throws -> Data? {
            var piece = try await pieces.next()
            // A body without a length comes as chunks, each framed by its size and line breaks; the last has no bytes.
            if isChunked { piece = piece?.drop { $0 != UInt8(ascii: "\n") }.dropFirst().dropLast(2) }
            guard let piece, !piece.isEmpty else {
                end.reached()
                return nil
            }
            return piece
        }
    }
}
