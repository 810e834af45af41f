/// What a host's route answers.
public struct ListenerResponse: Sendable {
    /// The status code, 200 to 599. Any other is sent as 500.
    public var status: Int

    /// The header fields, in order. `Content-Length`, `Transfer-Encoding` and `Connection` are the listener's to say and
    /// are left out; a field that HTTP forbids (a line break in a value) turns the response into a 500.
    public var headers: [(name: String, value: String)]

    /// The body; not sent for `HEAD`, nor with a status that has none (204, 304).
    public var body: [UInt8]

    /// A response of these parts.
    public init(status: Int = 200, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A response whose text is fixed: it never holds anything of an error or a request.
    static func plain(_ status: Int, _ text: String, headers: [(name: String, value: String)] = []) -> Self {
        let type = (name: "Content-Type", value: "text/plain; charset=utf-8")
        return Self(status: status, headers: [type] + headers, body: Array("\(text)\n".utf8))
    }

    static let internalServerError = plain(500, "500 Internal Server Error")

    /// Itself without framing fields, or 500 if it cannot be sent: a bad status would break the pipeline's order, a bad
    /// field let a value write the next header.
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
