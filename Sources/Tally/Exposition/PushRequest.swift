/// An HTTP request that pushes metrics, for the host's own client to send.
///
/// ```swift
/// let push = registry.pushgateway(job: "backup", grouping: ["instance": "web-1"])
/// try await client.send(push.method, gateway + push.path, contentType: push.contentType, body: push.body)
/// ```
public struct PushRequest: Sendable, Hashable {
    /// `PUT` or `POST`.
    public let method: String
    /// The path, percent-encoded, that follows the server's address.
    public let path: String
    /// The value of the Content-Type header.
    public let contentType: String
    /// The bytes to send.
    public let body: [UInt8]
}
