/// A request as a route's handler or an authorization sees it, without its body, which the listener discards.
public struct ListenerRequest: Sendable {
    /// The path of the target, without its query.
    public let path: String

    /// The text after the first `?` of the target, still percent-encoded; `nil` without a `?`.
    public let query: String?

    /// The verified client certificate of a TLS connection in DER, or `nil` if the client sent none.
    public let clientCertificate: [UInt8]?

    private let headers: [(name: String, value: String)]

    /// Creates a request from its parts, for tests of a handler.
    public init(
        path: String,
        query: String? = nil,
        headers: [(name: String, value: String)] = [],
        clientCertificate: [UInt8]? = nil
    ) {
        self.path = path
        self.query = query
        self.clientCertificate = clientCertificate
        self.headers = headers
    }

    /// Returns the values of a header field, joined with `", "`, or `nil` if it was not sent. Names match regardless of
    /// ASCII case.
    ///
    /// - Complexity: O(*n*) in the number of header fields.
    public func header(_ name: String) -> String? {
        let values = headers.filter { Self.areEqual($0.name, name) }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    private static func areEqual(_ one: String, _ other: String) -> Bool {
        one.utf8.elementsEqual(other.utf8) { $0 == $1 || lowered($0) == lowered($1) }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
