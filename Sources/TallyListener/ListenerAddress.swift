/// Where a listener really listens: the port is the one the system gave when 0 was asked for.
public struct ListenerAddress: Sendable, Hashable, CustomStringConvertible {
    /// The numeric IP address, without brackets: `127.0.0.1`, `::1`.
    public let host: String

    /// The TCP port, 1 to 65,535.
    public let port: Int

    /// An address of its own parts; nothing is checked or resolved.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// The URL of a path on this listener, `http://127.0.0.1:9464/metrics`.
    ///
    /// IPv6 addresses stand in brackets (https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2). The path is appended as
    /// it is and should begin with `/`.
    public func url(path: String = "/") -> String {
        "http://\(self)\(path)"
    }

    /// Host and port as a URL has them: `127.0.0.1:9464`, `[::1]:9464`.
    public var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
