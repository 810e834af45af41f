#if Docker
internal import NIOHTTP1

/// Which engine answers, and which version of the API it is asked by.
struct EngineIdentity: Equatable, Sendable {
    /// Whether CPU time is compared with what the engine says the whole machine could give. Docker says that; what
    /// Podman says under the same name is what all programs used, so that time on the wall is taken, as for any engine
    /// unknown.
    var countsSystemTime: Bool
    /// Whether the engine has taken the files that the kernel can drop out of memory's use already.
    var hasReducedMemory: Bool
    /// What paths begin with: `/v1.41`; empty for the engine's own choice.
    var prefix: String

    /// The newest version whose answers are known to be read here; an engine that has a newer one speaks this one too.
    /// https://docs.docker.com/reference/api/engine/version-history/
    static let newest = Version(major: 1, minor: 51)

    struct Version: Comparable {
        let major: Int
        let minor: Int

        init(major: Int, minor: Int) {
            self.major = major
            self.minor = minor
        }

        init?(text: String) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]), major >= 0, minor >= 0 else {
                return nil
            }
            self.init(major: major, minor: minor)
        }

        static func < (one: Version, two: Version) -> Bool { (one.major, one.minor) < (two.major, two.minor) }
    }

    /// By the headers of the answer to a ping, since names of sockets tell nothing.
    init(headers: HTTPHeaders) {
        let server = headers.first(name: "Server") ?? ""
        let isPodman = server.hasPrefix("Libpod/") || headers.contains(name: "Libpod-Api-Version")
        countsSystemTime = !isPodman && server.hasPrefix("Docker/")
        hasReducedMemory = isPodman
        let version = headers.first(name: "Api-Version").flatMap { Version(text: $0) }.map { min($0, Self.newest) }
        prefix = version.map { "/v\($0.major).\($0.minor)" } ?? ""
    }
}
#endif
