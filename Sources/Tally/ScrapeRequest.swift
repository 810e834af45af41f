/// What a scraper asks for: a format, a compression, some families, and an answer in time.
///
/// Made from the request's header fields and query as they arrived, it never fails: what cannot be read is ignored.
///
/// ```swift
/// let scrape = ScrapeRequest(
///     accept: request.headers["Accept"], acceptEncoding: request.headers["Accept-Encoding"],
///     query: request.query, timeout: request.headers["X-Prometheus-Scrape-Timeout-Seconds"])
/// let exposition = registry.exposition(for: scrape)
/// ```
///
/// Make it when the request arrives: its ``timeout`` counts from then on.
public struct ScrapeRequest: Sendable {
    /// The format of the answer.
    public var format: ExpositionFormat

    /// True if the answer is to be compressed with gzip.
    public var isCompressed: Bool

    /// The families to expose, by their names or those of their samples; all if there are none.
    public var names: [String]

    /// The longest that collectors and observed gauges may take together, counted from ``init(accept:acceptEncoding:query:timeout:)``;
    /// nil for ten seconds. What has not answered by then is left out and counted in
    /// `tally_collector_errors_total{family}`.
    public var timeout: Duration?

    private let arrival = ContinuousClock.now

    /// A request of these parts.
    public init(
        as format: ExpositionFormat = .prometheusText,
        isCompressed: Bool = false,
        names: [String] = [],
        timeout: Duration? = nil
    ) {
        self.format = format
        self.isCompressed = isCompressed
        self.names = names
        self.timeout = timeout
    }

    /// A request as HTTP transmits it. Each parameter is nil where the field is absent.
    ///
    /// - Parameters:
    ///   - accept: The value of Accept, several joined by commas. See ``ExpositionFormat/negotiated(accept:)``.
    ///   - acceptEncoding: The value of Accept-Encoding, several joined by commas.
    ///   - query: The target's query, percent-encoded: `name[]=up&name[]=http_requests_total`.
    ///   - timeout: The value of `X-Prometheus-Scrape-Timeout-Seconds`: decimal digits, maybe with a fraction. A tenth
    ///     of it is left for the way to the scraper. Anything else, zero and more than a day are ignored.
    public init(accept: String?, acceptEncoding: String? = nil, query: String? = nil, timeout: String? = nil) {
        self.init(
            as: .negotiated(accept: accept),
            isCompressed: AcceptEncodingHeader(acceptEncoding ?? "").prefersGzip,
            names: Self.names(query ?? ""),
            timeout: timeout.flatMap(Self.seconds).map { .seconds($0 * 0.9) }
        )
    }

    /// The time that is left of the ``timeout``, by a registry's clock; nil if there is none.
    func timeLeft(_ context: RegistryContext) -> Duration? {
        guard let timeout else { return nil }
        // A clock that a test or a host moves says nothing of when the request arrived.
        return context.isRealTime ? timeout.since(arrival.duration(to: .now)) : timeout
    }

    private static func names(_ query: String) -> [String] {
        query.utf8.split(separator: UInt8(ascii: "&")).compactMap { field in
            let parts = field.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, decoded(parts[0]) == "name[]" else { return nil }
            return decoded(parts[1])
        }
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

    /// `10`, `2.5`, `.5`; nil for any other text, and for what is not more than zero and at most a day.
    private static func seconds(_ text: String) -> Double? {
        let isDecimal = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        guard isDecimal, text.utf8.count <= 32, let seconds = Double(text), seconds > 0, seconds <= 86_400 else {
            return nil
        }
        return seconds
    }
}
