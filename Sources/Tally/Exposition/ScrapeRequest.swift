/// A scraper's request: the format, compression, families and timeout of an exposition.
///
/// Create it when the request arrives, because its ``timeout`` counts from then. Parsing ignores unreadable parts and
/// never fails.
///
/// ```swift
/// let scrape = ScrapeRequest(query: request.query) { request.headers[$0] }
/// let response = await registry.response(to: scrape)
/// ```
public struct ScrapeRequest: Sendable {
    /// The format of the answer.
    public var format: ExpositionFormat

    /// True if the answer is to be compressed with gzip.
    public var isCompressed: Bool

    /// The families to expose, by family or sample name. An empty array exposes all families.
    public var names: [String]

    /// The maximum time for all collectors and observed instruments together, from the creation of the request.
    /// Families that are not ready by then are omitted and counted in `tally_scrape_errors_total{family}`.
    ///
    /// If it is nil, an exposition gives them ten seconds, and ``MetricRegistry/collect(for:)`` waits without limit.
    public var timeout: Duration?

    /// False for a reader such as the status page, whose omitted families are not counted.
    var isScrape = true

    private let arrival = ContinuousClock.now

    /// The asynchronous collectors whose failure for this request has been counted. Copies share them.
    let late = LateCollections()

    /// Creates a request from its parts.
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

    /// Creates a request from HTTP header fields and a query. Pass nil for an absent field.
    ///
    /// - Parameters:
    ///   - accept: The value of Accept; join repeated fields with commas. Quality values order the choices, and `q=0`
    ///     excludes one. The most specific range that matches a format decides its quality. An absent, malformed or
    ///     unsatisfiable value selects Prometheus text, which is more useful to a scraper than an error. The parameter
    ///     `escaping` selects the ``NameEscaping`` of UTF-8 names, `underscores` by default.
    ///     https://www.rfc-editor.org/rfc/rfc9110#name-accept
    ///   - acceptEncoding: The value of Accept-Encoding; join repeated fields with commas.
    ///   - query: The query of the request's URL, percent-encoded: `name[]=up&name[]=http_requests_total`.
    ///   - timeout: The value of `X-Prometheus-Scrape-Timeout-Seconds`: decimal digits, with an optional fraction. A
    ///     tenth of it is reserved for sending the answer. Any other text, zero, and more than one day are ignored.
    public init(accept: String?, acceptEncoding: String? = nil, query: String? = nil, timeout: String? = nil) {
        self.init(
            as: .negotiated(accept: accept),
            isCompressed: AcceptEncodingHeader(acceptEncoding ?? "").prefersGzip,
            names: Self.names(query ?? ""),
            timeout: timeout.flatMap(Self.seconds).map { .seconds($0 * 0.9) }
        )
    }

    /// Creates a request from a query and a lookup of header fields, for any HTTP framework.
    ///
    /// - Parameters:
    ///   - query: The query of the request's URL, percent-encoded. Nil without a query.
    ///   - header: Returns the value of the header field of a name, such as `Accept-Encoding`; nil, or no text, if it
    ///     is absent. Names match regardless of case. Join repeated fields with commas.
    public init(query: String?, header: (_ name: String) -> String?) {
        self.init(
            accept: header("Accept"),
            acceptEncoding: header("Accept-Encoding"),
            query: query,
            timeout: header("X-Prometheus-Scrape-Timeout-Seconds")
        )
    }

    /// The remaining part of the ``timeout``, by a registry's clock; nil without a timeout.
    func timeLeft(_ context: RegistryContext) -> Duration? {
        guard let timeout else { return nil }
        // A clock that a test or a host controls has no relation to the request's arrival.
        return context.isRealTime ? timeout.since(arrival.duration(to: .now)) : timeout
    }

    private static func names(_ query: String) -> [String] {
        query.utf8.split(separator: UInt8(ascii: "&")).compactMap { field in
            let parts = field.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, decoded(parts[0]) == "name[]" else { return nil }
            return decoded(parts[1])
        }
    }

    /// Decodes `+` and valid percent escapes (https://www.rfc-editor.org/rfc/rfc3986#section-2.1).
    package static func decoded(_ text: Substring.UTF8View) -> String {
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

    /// Parses `10`, `2.5` or `.5`, more than zero and at most one day. Returns nil for any other text.
    private static func seconds(_ text: String) -> Double? {
        let isDecimal = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        guard isDecimal, text.utf8.count <= 32, let seconds = Double(text), seconds > 0, seconds <= 86_400 else {
            return nil
        }
        return seconds
    }
}
