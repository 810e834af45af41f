#if Docker
internal import NIOHTTP1

/// The engine that answers, and the version of the API to use.
struct EngineIdentity: Equatable, Sendable {
    /// True if `system_cpu_usage` is the CPU time of the whole machine, as with Docker. Podman reports the time that
    /// all programs used under this name. For Podman and unknown engines, a container's CPU time is divided by
    /// wall-clock time.
    var countsSystemTime: Bool
    /// True if the engine already excludes reclaimable file pages from memory use.
    var hasReducedMemory: Bool
    /// True if the engine confuses the major and the minor number of a block device.
    var swapsDeviceNumbers: Bool
    /// The prefix of the control group's path in the label `id`, where the engine keeps its containers by default.
    var groupPrefix: String
    /// The prefix of request paths, such as `/v1.41`. Empty for the engine's default version.
    var prefix: String

    /// The newest version whose replies can be parsed. An engine that has a newer one also supports this one.
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

    /// Identifies the engine by the headers of its reply to a ping, because the path of a socket does not.
    init(headers: HTTPHeaders) {
        let server = headers.first(name: "Server") ?? ""
        let isPodman = server.hasPrefix("Libpod/") || headers.contains(name: "Libpod-Api-Version")
        countsSystemTime = !isPodman && server.hasPrefix("Docker/")
        hasReducedMemory = isPodman
        swapsDeviceNumbers = isPodman
        groupPrefix = isPodman ? "/libpod_parent/libpod-" : "/docker/"
        let version = headers.first(name: "Api-Version").flatMap { Version(text: $0) }.map { min($0, Self.newest) }
        prefix = version.map { "/v\($0.major).\($0.minor)" } ?? ""
    }
}
#endif
