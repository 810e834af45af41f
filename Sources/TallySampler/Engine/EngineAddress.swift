#if Docker
/// The place where an engine listens.
enum EngineAddress: Hashable, Sendable, CustomStringConvertible {
    /// The path of a Unix socket.
    case socket(String)
    /// A port of this machine, with the host as it is written in a URL.
    case loopback(host: String, port: Int)

    /// The address for a report.
    var description: String {
        switch self {
        case .socket(let socket): socket
        case .loopback(let host, let port): "\(host):\(port)"
        }
    }

    /// The URL of a request.
    func url(_ path: String) -> String {
        switch self {
        case .socket(let socket): "http+unix://\(Self.escaped(socket))\(path)"
        case .loopback(let host, let port): "http://\(host):\(port)\(path)"
        }
    }

    private static let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._".utf8)

    /// A path, percent-encoded as the host of a URL. https://www.rfc-editor.org/rfc/rfc3986#section-2.3
    static func escaped(_ path: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in path.utf8 {
            if unreserved.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return bytes.text
    }
}
#endif
