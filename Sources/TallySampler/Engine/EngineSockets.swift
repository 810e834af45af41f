#if Docker
internal import Tally

struct EngineSockets: Equatable, Sendable {
    /// In the order in which they are looked for.
    var paths: [String]
    var fault: String?

    /// A Unix socket's path has to fit `sockaddr_un` with the zero behind it.
    private static let maxPathBytes = System.maxSocketPathBytes

    static func given(_ path: String) -> EngineSockets {
        guard path.utf8.count <= maxPathBytes, !path.isEmpty, !path.utf8.contains(0) else {
            return EngineSockets(paths: [], fault: "a socket's path has 1 to \(maxPathBytes) bytes: \(path)")
        }
        return EngineSockets(paths: [path])
    }

    static func usual(_ variable: (String) -> String? = System.environment) -> EngineSockets {
        if let host = variable("DOCKER_HOST"), !host.isEmpty {
            guard host.hasPrefix("unix://") else {
                let what = scheme(of: host).map { " but \($0)://" } ?? ""
                return EngineSockets(paths: [], fault: "DOCKER_HOST is no Unix socket\(what)")
            }
            return given(String(host.dropFirst("unix://".count)))
        }
        let ofUser = variable("XDG_RUNTIME_DIR").flatMap { $0.isEmpty ? nil : $0 }
        let paths = [
            "/var/run/docker.sock", ofUser.map { "\($0)/docker.sock" }, "/run/podman/podman.sock",
            ofUser.map { "\($0)/podman/podman.sock" },
        ]
        return EngineSockets(paths: paths.compactMap(\.self).filter { given($0).fault == nil })
    }

    /// The first that is there and may be used.
    ///
    func present(
        exists: (_ path: String) -> Bool = System.exists,
        isOpen: (_ path: String) -> Bool = System.canReadAndWrite
    ) throws(SourceError) -> String {
        if let fault { throw SourceError(.unavailable, fault) }
        var forbidden: String?
        for path in paths where exists(path) {
            if isOpen(path) { return path }
            // The user's own engine may be open where the system's is not.
            if forbidden == nil { forbidden = path }
        }
        if let forbidden { throw SourceError(.forbidden, "this process may not use \(forbidden)") }
        throw SourceError(.unavailable, "no container engine listens at \(paths.joined(separator: ", "))")
    }

    /// All of an address that is safe to tell: what follows may hold a password.
    private static func scheme(of address: String) -> String? {
        let scheme = address.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        return !scheme.isEmpty && address.dropFirst(scheme.count).hasPrefix("://") ? String(scheme) : nil
    }
}
#endif
