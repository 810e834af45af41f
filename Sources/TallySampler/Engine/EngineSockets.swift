#if Docker
internal import Tally

struct EngineSockets: Equatable, Sendable {
    /// The paths to try, in order of preference.
    var paths: [String]
    /// The engine's port, instead of a socket.
    var port: EngineAddress?
    var fault: String?

    /// The capacity of `sockaddr_un`, without the terminating zero.
    private static let maxPathBytes = System.maxSocketPathBytes

    static func given(_ path: String) -> EngineSockets {
        guard path.utf8.count <= maxPathBytes, !path.isEmpty, !path.utf8.contains(0) else {
            let rule = "a path must have 1 to \(maxPathBytes) bytes, without NUL"
            return EngineSockets(paths: [], fault: "\(path.debugDescription) is not a socket's path: \(rule)")
        }
        return EngineSockets(paths: [path])
    }

    static func usual(_ variable: (String) -> String? = System.environment) -> EngineSockets {
        if let host = variable("DOCKER_HOST"), !host.isEmpty {
            if host.hasPrefix("unix://") { return given(String(host.dropFirst("unix://".count))) }
            if host.hasPrefix("tcp://") { return port(String(host.dropFirst("tcp://".count)), variable) }
            let found = scheme(of: host).map { ", not \($0)://" } ?? ""
            return EngineSockets(paths: [], fault: "DOCKER_HOST must begin with unix:// or tcp://\(found)")
        }
        let userFolder = variable("XDG_RUNTIME_DIR").flatMap { $0.isEmpty ? nil : $0 }
        let paths = [
            "/var/run/docker.sock", userFolder.map { "\($0)/docker.sock" }, "/run/podman/podman.sock",
            userFolder.map { "\($0)/podman/podman.sock" },
        ]
        return EngineSockets(paths: paths.compactMap(\.self).filter { given($0).fault == nil })
    }

    /// An engine's port on this machine, whose samples belong beside the host's.
    private static func port(_ address: String, _ variable: (String) -> String?) -> EngineSockets {
        guard variable("DOCKER_TLS_VERIFY") ?? "" == "" else {
            return EngineSockets(
                paths: [],
                fault: "DOCKER_TLS_VERIFY asks for TLS, which is not supported: use the engine's Unix socket"
            )
        }
        let text = address.hasSuffix("/") ? String(address.dropLast()) : address
        let colon = text.lastIndex(of: ":")
        let host = colon.map { String(text[..<$0]) } ?? text
        guard ["localhost", "127.0.0.1", "[::1]"].contains(host) else {
            return EngineSockets(
                paths: [],
                fault: "DOCKER_HOST must name this machine: tcp://localhost, tcp://127.0.0.1 or tcp://[::1]"
            )
        }
        let number = colon.map { text[text.index(after: $0)...].utf8.number } ?? 2375
        guard let number, 1...65_535 ~= number else {
            return EngineSockets(paths: [], fault: "DOCKER_HOST has no valid port")
        }
        return EngineSockets(paths: [], port: .loopback(host: host, port: Int(number)))
    }

    /// The first path that exists and that this process may use.
    func present(
        exists: (_ path: String) -> Bool = System.exists,
        isOpen: (_ path: String) -> Bool = System.canReadAndWrite
    ) throws(SourceError) -> EngineAddress {
        if let fault { throw SourceError(.unavailable, fault) }
        if let port { return port }
        var forbidden: String?
        for path in paths where exists(path) {
            if isOpen(path) { return .socket(path) }
            // The user's own engine may be accessible even if the system's is not.
            if forbidden == nil { forbidden = path }
        }
        if let forbidden { throw SourceError(.forbidden, "no permission to use \(forbidden): join the socket's group") }
        let list = paths.joined(separator: ", ")
        throw SourceError(.unavailable, "no socket of a container engine at \(list): start it, or set DOCKER_HOST")
    }

    /// The scheme of an address. The rest may contain a password, and is not reported.
    private static func scheme(of address: String) -> String? {
        let scheme = address.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        return !scheme.isEmpty && address.dropFirst(scheme.count).hasPrefix("://") ? String(scheme) : nil
    }
}
#endif
