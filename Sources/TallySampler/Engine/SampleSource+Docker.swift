#if Docker
extension SampleSource {
    /// The containers of Docker or Podman on this machine, read from the engine's socket. Needs the trait `Docker`.
    ///
    /// CPU is a percentage of one core. With Docker, it is computed from the machine's CPU time as the engine reports
    /// it; with Podman, from the time between its answers. It is absent from a container's first reading,
    /// after a restart, and after more than five intervals without a reading. Memory excludes file pages that the
    /// kernel can reclaim at once, as in `docker stats`. A limit is absent unless lower than the machine's memory.
    ///
    /// Containers that share a network namespace, as with `--network container:other`, each report all of its bytes. Do
    /// not add them up; use the totals of ``host(disk:)``. Containers on the host's network have no totals.
    ///
    /// State and health come with the engine's list. The number of restarts takes one more request for a container that
    /// is new or was just started.
    ///
    /// Connections close when they have been idle for a second. Replies over 8 MiB, and containers beyond the first
    /// 1,000 that `subject` names, are rejected and counted.
    ///
    /// - Parameters:
    ///   - socket: The path of the socket, at most 107 bytes. By default the address in `DOCKER_HOST`, which is
    ///     `unix://…` or a port of this machine without TLS (`tcp://127.0.0.1:2375`). If that is not set, the first of
    ///     these that this process may use:
    ///     `/var/run/docker.sock`, `$XDG_RUNTIME_DIR/docker.sock`, `/run/podman/podman.sock`,
    ///     `$XDG_RUNTIME_DIR/podman/podman.sock`. Looked up at each tick, so that the engine may start later.
    ///   - owner: Returns the subject of a container's samples, or nil to skip the container in this tick. Called once
    ///     for each container, and again if it returned nil or threw, or the container was renamed. It counts towards
    ///     the container's ten seconds, and up to eight calls run at a time. An error costs one
    ///     container's sample.
    ///     Containers of one subject are distinguished by their ids.
    public static func docker(
        socket: String? = nil,
        owner: @escaping @Sendable (EngineContainer) async throws -> SampleSubject? = { .container($0.ownerName) }
    ) -> SampleSource {
        docker(EngineSource(sockets: socket.map { .given($0) } ?? .usual(), owner: owner))
    }

    static func docker(_ source: EngineSource) -> SampleSource {
        SampleSource("docker", shutdown: { await source.shutdown() }, read: { tick in try await source.read(tick) })
    }
}
#else
extension SampleSource {
    /// Needs the trait `Docker`.
    @available(
        *,
        unavailable,
        message: "enable the trait Docker: .package(url: \"…\", from: \"…\", traits: [\"Docker\"])"
    )
    public static func docker(
        socket: String? = nil,
        owner: @escaping @Sendable (EngineContainer) async throws -> SampleSubject? = { .container($0.ownerName) }
    ) -> SampleSource {
        SampleSource("docker") { _ in SourceReading() }
    }
}
#endif
