/// An address of a listener: a TCP port or a Unix domain socket.
///
/// ```swift
/// let listener = MetricsListener(
///     registry: registry,
///     addresses: [.tcp(port: 9464), .unix(path: "/run/chat/metrics.sock")]
/// )
/// ```
///
/// The address that ``MetricsListener/run(onListening:)`` passes on is the bound one. If port 0 was requested, its port
/// is the one that the system chose.
public struct ListenerAddress: Sendable, Hashable, CustomStringConvertible {
    enum Endpoint: Sendable, Hashable {
        case tcp(host: String, port: Int)
        case unix(path: String, permissions: Int)
    }

    let endpoint: Endpoint
    /// True for a bound address that accepts only TLS.
    let isEncrypted: Bool

    init(_ endpoint: Endpoint, isEncrypted: Bool = false) {
        self.endpoint = endpoint
        self.isEncrypted = isEncrypted
    }

    /// A TCP port.
    ///
    /// - Parameters:
    ///   - host: An IP address, or a name whose first address is bound. An empty string means every IPv4 interface.
    ///   - port: The port, 0 to 65,535. With 0, the system chooses one.
    public static func tcp(host: String = "127.0.0.1", port: Int) -> Self {
        Self(.tcp(host: host, port: port))
    }

    /// A Unix domain socket, which never uses TLS.
    ///
    /// The listener creates the socket's file when it starts, and removes it when it stops. It replaces a file left
    /// behind by a program that was killed, but not one on which another program listens.
    ///
    /// - Parameters:
    ///   - path: The path of the socket's file: at most 103 bytes. Its directory must exist.
    ///   - permissions: The permissions of the file. A client needs the permission to write. By default, only
    ///     processes of the same user can connect.
    public static func unix(path: String, permissions: Int = 0o600) -> Self {
        Self(.unix(path: path, permissions: permissions))
    }

    /// The IP address or name, without brackets: `127.0.0.1`, `::1`. Empty for a Unix domain socket.
    public var host: String {
        if case .tcp(let host, _) = endpoint { host } else { "" }
    }

    /// The TCP port. 0 for a Unix domain socket.
    public var port: Int {
        if case .tcp(_, let port) = endpoint { port } else { 0 }
    }

    /// The path of a Unix domain socket's file.
    public var socketPath: String? {
        if case .unix(let path, _) = endpoint { path } else { nil }
    }

    /// The URL of a path on this listener, `http://127.0.0.1:9464/metrics`.
    ///
    /// IPv6 addresses are bracketed (https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2). The path is appended
    /// unchanged and should begin with `/`. A Unix domain socket has the scheme `http+unix` and its path as the host,
    /// percent-encoded, as some HTTP clients expect.
    public func url(path: String = "/") -> String {
        guard let socketPath else { return "\(isEncrypted ? "https" : "http")://\(self)\(path)" }
        return "http+unix://\(Self.percentEncoded(socketPath))\(path)"
    }

    /// The host and port as they appear in a URL, or the path of a Unix domain socket: `127.0.0.1:9464`, `[::1]:9464`,
    /// `/run/chat/metrics.sock`.
    public var description: String {
        switch endpoint {
        case .tcp(let host, let port): host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path, _): path
        }
    }

    /// https://www.rfc-editor.org/rfc/rfc3986#section-2.1
    private static func percentEncoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { encoded, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
    }

    func validate() throws(ListenerError) {
        switch endpoint {
        case .tcp(_, let port):
            guard (0...65_535).contains(port) else {
                throw ListenerError(.invalidConfiguration, "port is \(port), but must be 0 to 65535")
            }
        case .unix(let path, let permissions):
            guard !path.isEmpty, !path.utf8.contains(0) else {
                throw ListenerError(
                    .invalidConfiguration,
                    "the socket's path \(path.debugDescription) must not be empty or contain a NUL"
                )
            }
            guard (0...0o777).contains(permissions) else {
                throw ListenerError(
                    .invalidConfiguration,
                    "the permissions of the socket '\(path)' are \(permissions), but must be 0 to 0o777"
                )
            }
        }
    }
}
