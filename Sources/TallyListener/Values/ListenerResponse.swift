/// A route's answer to a request.
public struct ListenerResponse: Sendable {
    /// The status code, 200 to 599. Any other is sent as 500.
    public var status: Int

    /// The header fields, in order. The listener drops `Content-Length`, `Transfer-Encoding` and `Connection`, because
    /// it sets them. A field that HTTP forbids, such as a value with a line break, turns the response into a 500.
    public var headers: [(name: String, value: String)]

    /// The body. The listener does not send it for `HEAD`, nor with a status that has no body (204, 304).
    public var body: [UInt8]

    /// Creates a response from its parts.
    public init(status: Int = 200, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Creates a response with fixed text, which must not contain anything from an error or a request.
    static func plain(_ status: Int, _ text: String, headers: [(name: String, value: String)] = []) -> Self {
        let type = (name: "Content-Type", value: "text/plain; charset=utf-8")
        return Self(status: status, headers: [type] + headers, body: Array("\(text)\n".utf8))
    }

    static let internalServerError = plain(500, "500 Internal Server Error")

    /// The answer to a request that the authorization refuses. A 401 must have a challenge.
    static func refusal(challenge: String?) -> Self {
        guard let challenge else { return plain(403, "403 Forbidden") }
        return plain(401, "401 Unauthorized", headers: [("WWW-Authenticate", challenge)])
    }

    /// This response without framing fields, or a 500 if it cannot be sent. A bad status would break the order of
    /// pipelined responses; a bad field would let a value inject a header.
    var sendable: Self {
        guard (200...599).contains(status), headers.allSatisfy({ Self.isField($0.name, $0.value) }) else {
            return .internalServerError
        }
        var response = self
        response.headers.removeAll {
            ["content-length", "transfer-encoding", "connection"].contains($0.name.lowercased())
        }
        return response
    }

    /// https://www.rfc-editor.org/rfc/rfc9110#section-5.1 and #section-5.5
    private static func isField(_ name: String, _ value: String) -> Bool {
        let isName = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !delimiters.contains($0) }
        return isName && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    private static let delimiters = Set("\"(),/:;<=>?@[\\]{}".utf8)
}
