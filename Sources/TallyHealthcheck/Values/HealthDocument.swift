/// The answer of a health route: status, headers and body.
public struct HealthDocument: Sendable {
    /// The health of the service.
    public let status: HealthStatus
    /// The HTTP status: 503 for ``HealthStatus/fail``, otherwise 200.
    public let httpStatus: Int
    /// The header fields: `Content-Type`, `Cache-Control`, `Vary` after negotiation, and `Content-Length` in ``head``.
    public let headers: [(name: String, value: String)]
    /// Strict JSON in UTF-8; empty in ``head``.
    public let body: [UInt8]

    /// The value of the Content-Type header.
    public let contentType: String

    init(status: HealthStatus, contentType: String, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        httpStatus = status.httpStatus
        self.contentType = contentType
        self.headers = [("Content-Type", contentType)] + headers
        self.body = body
    }

    private init(headOf document: HealthDocument) {
        status = document.status
        httpStatus = document.httpStatus
        contentType = document.contentType
        headers = document.headers + [("Content-Length", String(document.body.count))]
        body = []
    }

    /// The answer to a `HEAD` request: the same status and headers, the length of the omitted body, and no body.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9110#name-head
    public var head: HealthDocument { HealthDocument(headOf: self) }

    func adding(header name: String, _ value: String) -> HealthDocument {
        HealthDocument(
            status: status,
            contentType: contentType,
            headers: headers.dropFirst() + [(name, value)],
            body: body
        )
    }
}
