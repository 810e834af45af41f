/// The page's answer to a request: status, headers and body.
public struct PageResponse: Sendable {
    /// The HTTP status: 200, or 304 without a body if the browser already has the same bytes.
    public let status: Int
    /// The header fields, among them `Content-Type`, `Content-Security-Policy`, `Vary` and, for a browser, `ETag`.
    public let headers: [(name: String, value: String)]
    /// The bytes: HTML, JSON or text in UTF-8.
    public let body: [UInt8]

    init(
        _ body: [UInt8],
        _ contentType: String,
        policy: String = "default-src 'none'; frame-ancestors 'none'",
        hasETag: Bool = true,
        ifNoneMatch: String?,
        clock: Duration? = nil
    ) {
        let tag = hasETag ? EntityTag.of(body) : nil
        let isKnown = tag.map { EntityTag.isListed($0, in: ifNoneMatch ?? "") } ?? false
        status = isKnown ? 304 : 200
        self.body = isKnown ? [] : body
        let milliseconds = clock.map { Int64(clamping: $0.attoseconds / 1_000_000_000_000_000) }
        headers =
            [("Content-Type", contentType)] + (tag.map { [("ETag", $0)] } ?? [])
            // The time of the values. In the body, it would give every answer a new ETag.
            + (milliseconds.map { [("Tally-Clock", "\($0)")] } ?? [])
            + [
                ("Vary", "Accept"), ("Cache-Control", "no-cache"), ("Content-Security-Policy", policy),
                ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
                ("Cross-Origin-Resource-Policy", "same-origin"),
            ]
    }
}

/// https://www.rfc-editor.org/rfc/rfc9110#name-etag
enum EntityTag {
    /// The tag of a body: 64 bits of its SHA-256, so that no label value can provoke a collision.
    static func of(_ body: [UInt8]) -> String {
        let hex = Array("0123456789abcdef".utf8)
        let text = SHA256.hash(body).prefix(8).flatMap { [hex[Int($0 >> 4)], hex[Int($0 & 15)]] }
        return "\"" + String(decoding: text, as: UTF8.self) + "\""
    }

    /// Returns true if a tag is in the list of an If-None-Match header, by weak comparison.
    static func isListed(_ tag: String, in header: String) -> Bool {
        header.utf8.split(separator: UInt8(ascii: ",")).contains { item in
            let text = item.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            let known = text.starts(with: "W/".utf8) ? text.dropFirst(2) : text
            return known.prefix { $0 != UInt8(ascii: " ") }.elementsEqual(tag.utf8)
        }
    }
}
