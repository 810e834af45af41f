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
                return EngineSockets(paths: [], fault: "DOCKER_HOST is no Unix socket: \(host)")
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

    /// The first that is there.
    func present() throws(SourceError) -> String {
        if let fault { throw SourceError(.unavailable, fault) }
        for path in paths where access(path, F_OK) == 0 {
            guard access(path, R_OK | W_OK) == 0 else {
                throw SourceError(.forbidden, "this process may not use \(path)")
            }
            return path
        }
        throw SourceError(.unavailable, "no container engine listens at \(paths.joined(separator: ", "))")
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
#endif
