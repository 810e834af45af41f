#if Docker
extension SampleSource {
    /// The containers of an engine on this machine, Docker's or Podman's, asked through its Unix socket. Needs the
    /// trait `Docker`.
    ///
    /// Of CPU, as everywhere, 100 is one core. With Docker it is the share of what the engine says the machine could
    /// have given; with Podman, which counts otherwise, the share of the time between its readings. The first reading
    /// of a container has none, nor has one after a restart, or after five intervals without one. Memory is without the
    /// files that the kernel can drop at once, as `docker stats` counts. A limit is absent if it is no lower than the
    /// machine's memory.
    ///
    /// Containers that share a network namespace, as with `--network container:other`, each report all of its bytes:
    /// take the host's totals from ``host(disk:)`` rather than from sums. On the host's own network there are no
    /// totals.
    ///
    /// Nothing is held open longer than a second after a reading. Replies over 8 MiB, and containers past the first
    /// 1,000, are refused and counted.
    ///
    /// - Parameters:
    ///   - socket: The socket's path, of 107 bytes at most. Without one, the first that exists of: what `DOCKER_HOST`
    ///     names (`unix://…`; other engines than on Unix sockets are not asked), `/var/run/docker.sock`,
    ///     `$XDG_RUNTIME_DIR/docker.sock`, `/run/podman/podman.sock`, `$XDG_RUNTIME_DIR/podman/podman.sock`. Looked for
    ///     at each tick, so that an engine may come later.
    ///   - subject: Whose a container is, by name; nil if it is not to be sampled. Containers of one subject are kept
    ///     apart by their ids.
    public static func docker(
        socket: String? = nil,
        subject: @escaping @Sendable (EngineContainer) -> String? = { $0.subjectName }
    ) -> SampleSource {
        docker(EngineSource(sockets: socket.map { .given($0) } ?? .usual(), subject: subject))
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
        message: "containers need the trait Docker: .package(url: …, traits: [\"Docker\"])"
    )
    public static func docker(
        socket: String? = nil,
        subject: @escaping @Sendable (EngineContainer) -> String? = { $0.subjectName }
    ) -> SampleSource {
        SampleSource("docker") { _ in SourceReading() }
    }
}
#endif
