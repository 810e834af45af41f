#if Listener
package import Tally

/// What a request to `/metrics` asks for.
package struct ScrapeRequest: Sendable, Equatable {
    package let format: ExpositionFormat
    /// The families asked for; all if there are none.
    package let names: [String]
    /// How long the answer may take.
    package private(set) var limit: Duration?

    /// - Parameters:
    ///   - query: The target's, percent-encoded: `name[]=up&name[]=http_requests_total`.
    ///   - timeout: The value of `X-Prometheus-Scrape-Timeout-Seconds`. Anything but a positive number is passed over.
    init(accept: String?, query: String?, timeout: String?) {
        format = .negotiated(accept: accept)
        names = (query ?? "").utf8.split(separator: UInt8(ascii: "&")).compactMap { field in
            let parts = field.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, Self.decoded(parts[0]) == "name[]" else { return nil }
            return Self.decoded(parts[1])
        }
        // A tenth is left for the way to the scraper and back. A day is longer than any scrape, and fits a duration.
        limit = timeout.flatMap(Double.init).flatMap { $0 > 0 ? .seconds(min($0, 86_400) * 0.9) : nil }
    }

    /// Takes off what has passed already.
    mutating func spend(_ time: Duration) {
        limit = limit.map { max(.zero, $0 - time) }
    }

    /// https://www.rfc-editor.org/rfc/rfc3986#section-2.1. What is no escape stands for itself.
    private static func decoded(_ text: Substring.UTF8View) -> String {
        func digit(_ byte: UInt8?) -> UInt8? {
            byte.flatMap { Character(Unicode.Scalar($0)).hexDigitValue }.map(UInt8.init)
        }
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = digit(rest.first), let low = digit(rest.dropFirst().first) {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
#endif
