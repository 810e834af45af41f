/// The encoded metrics of a registry: the body of a `/metrics` route's response, and its headers.
public struct Exposition: Sendable, Hashable {
    /// The bytes, compressed if ``contentEncoding`` is not nil.
    public let body: [UInt8]
    /// The format of the uncompressed body.
    public let format: ExpositionFormat
    /// The value of the Content-Encoding header, `gzip`, or nil for uncompressed text.
    public let contentEncoding: String?

    /// The value of the Content-Type header. Prometheus 3 rejects a body without it.
    public var contentType: String { format.contentType }

    /// All header fields: Content-Type, Content-Encoding if the body is compressed, Vary and Cache-Control.
    public var headers: [(name: String, value: String)] { Self.headers(format, contentEncoding) }

    /// The header fields of the answer to a request, known before anything is encoded.
    package static func headers(for request: ScrapeRequest) -> [(name: String, value: String)] {
        headers(request.format, request.isCompressed ? "gzip" : nil)
    }

    static func headers(_ format: ExpositionFormat, _ encoding: String?) -> [(name: String, value: String)] {
        [("Content-Type", format.contentType)] + (encoding.map { [("Content-Encoding", $0)] } ?? [])
            + [("Vary", "Accept, Accept-Encoding"), ("Cache-Control", "no-store")]
    }
}

extension Exposition: CustomStringConvertible {
    /// The text itself, or the format and the size of a body that is compressed or no text.
    public var description: String {
        guard contentEncoding == nil, format.kind != .protobuf else {
            return "\(format), \(body.count) bytes" + (contentEncoding.map { " of \($0)" } ?? "")
        }
        return String(decoding: body, as: UTF8.self)
    }
}
