#if Docker
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Where an engine may listen.
struct EngineSockets: Equatable, Sendable {
    /// In the order in which they are looked for.
    var paths: [String]
    /// What is wrong with what was asked for.
    var fault: String?

    /// A Unix socket's path has to fit `sockaddr_un` with the zero behind it.
    private static let maxPathBytes = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    static func given(_ path: String) -> EngineSockets {
        guard path.utf8.count <= maxPathBytes, !path.isEmpty, !path.utf8.contains(0) else {
            return EngineSockets(paths: [], fault: "a socket's path has 1 to \(maxPathBytes) bytes: \(path)")
        }
        return EngineSockets(paths: [path])
    }

    static func usual(_ variable: (String) -> String? = EngineSockets.variable) -> EngineSockets {
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
    /// - Parameter isAllowed: What the system says of a path and a mode, as `access` does.
    func present(
        _ isAllowed: (_ path: String, _ mode: Int32) -> Bool = { access($0, $1) == 0 }
    ) throws(SourceError) -> String {
        if let fault { throw SourceError(.unavailable, fault) }
        var forbidden: String?
        for path in paths where isAllowed(path, F_OK) {
            if isAllowed(path, R_OK | W_OK) { return path }
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

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
#endif
