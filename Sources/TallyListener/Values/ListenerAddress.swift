/// The address that a listener is bound to. If port 0 was requested, the port is the one the system chose.
public struct ListenerAddress: Sendable, Hashable, CustomStringConvertible {
    /// The numeric IP address, without brackets: `127.0.0.1`, `::1`.
    public let host: String

    /// The TCP port, 1 to 65,535.
    public let port: Int

    /// Creates an address from its parts, without checking or resolving them.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// The URL of a path on this listener, `http://127.0.0.1:9464/metrics`.
    ///
    /// IPv6 addresses are bracketed (https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2). The path is appended
    /// unchanged and should begin with `/`.
    public func url(path: String = "/") -> String {
        "http://\(self)\(path)"
    }

    /// The host and port as they appear in a URL: `127.0.0.1:9464`, `[::1]:9464`.
    public var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
