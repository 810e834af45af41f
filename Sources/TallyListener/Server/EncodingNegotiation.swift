#if Listener
import NIOCore
import NIOHTTP1
import Tally

/// Says to the compressor behind it what the client takes: `gzip` or nothing.
///
/// The compressor's own reading of Accept-Encoding would take `gzip;q=0,*` for a yes, `gzip; q=1` for a no, and deflate where
/// both are as good. It also would put chunks into an answer to HTTP/1.0, and a body's length into one to `HEAD`.
final class EncodingNegotiation: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    /// Marks a response that may be compressed. Taken off before it is written.
    static let marker = "X-Tally-Compressible"
    /// A body that is known to be shorter is sent as it is: it would hardly become smaller, and an empty one not at all.
    private static let minBytes = 1024

    /// What the client sent, which the host's routes are to see.
    private var original: [String] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        original = head.headers["Accept-Encoding"]
        let accepted = original.joined(separator: ",")
        let takesGzip = head.version == .http1_1 && head.method == .GET && Self.takesGzip(accepted)
        head.headers.remove(name: "Accept-Encoding")
        if takesGzip { head.headers.add(name: "Accept-Encoding", value: "gzip") }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    /// Puts back what the client sent. The requests of a connection come one at a time.
    func restore(_ head: inout HTTPRequestHead) {
        head.headers.remove(name: "Accept-Encoding")
        for value in original { head.headers.add(name: "Accept-Encoding", value: value) }
    }

    /// https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
    static func takesGzip(_ header: String) -> Bool {
        var any: Double?
        var gzip: Double?
        for choice in header.split(separator: ",") {
            let parts = choice.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            var quality = 1.0
            for parameter in parts.dropFirst() where parameter.hasPrefix("q=") {
                // What is no number is no clear yes.
                quality = Double(parameter.dropFirst(2)) ?? 0
            }
            switch parts.first {
            case "gzip", "x-gzip": gzip = max(gzip ?? 0, quality)
            case "*": any = quality
            default: break
            }
        }
        return (gzip ?? any ?? 0) > 0
    }

    /// Whether to compress a response whose client takes it.
    static func mayCompress(_ head: inout HTTPResponseHead) -> Bool {
        let isMarked = head.headers.contains(name: marker)
        head.headers.remove(name: marker)
        let length = head.headers.first(name: "Content-Length").flatMap(Int.init)
        return isMarked && (length ?? .max) >= minBytes
    }
}
#endif
