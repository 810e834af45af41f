#if Docker
import Foundation
import TallySampler
import TallyTestSupport
import Testing

/// Compares samples with the reports of real engines.
@Suite(.serialized, .timeLimit(.minutes(30)))
struct ContainerTests {
    private static let begin = ContinuousClock.now

    private func read(_ source: SampleSource) async throws -> SourceReading {
        try await source.read(SourceTick(elapsed: Self.begin.duration(to: .now), interval: .seconds(15)))
    }

    /// The sample of the container with this name.
    private func sample(_ source: SampleSource, _ name: String) async throws -> Sample? {
        let reading = try await read(source)
        for target in reading.targets {
            if let sample = try await target.read(), sample.subject == .container(name) { return sample }
        }
        return nil
    }

    private func withEngine(
        _ kind: ContainerEngine.Kind,
        _ body: (ContainerEngine, SampleSource) async throws -> Void
    ) async throws {
        try await ContainerEngine.run(kind) { engine in
            let source = SampleSource.docker(socket: engine.socket)
            let outcome: Result<Void, any Error>
            do {
                try await body(engine, source)
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            await source.shutdown()
            try outcome.get()
        }
    }

    @Test(
        .enabled(
            if: ContainerEngine.Kind.docker.isInstalled || Program.isRequired,
            "needs docker.io and busybox-static, and the superuser"
        )
    )
    func usageOfALimitedContainerMatchesDocker() async throws { try await compare(.docker) }

    @Test(
        .enabled(
            if: ContainerEngine.Kind.podman.isInstalled || Program.isRequired,
            "needs podman and busybox-static, and the superuser"
        )
    )
    func usageOfALimitedContainerMatchesPodman() async throws { try await compare(.podman) }

    @Test(
        .enabled(
            if: ContainerEngine.Kind.docker.isInstalled || Program.isRequired,
            "needs docker.io and busybox-static, and the superuser"
        )
    )
    func dockerContainersAreFollowedThroughTheirLifecycle() async throws { try await live(.docker) }

    @Test(
        .enabled(
            if: ContainerEngine.Kind.podman.isInstalled || Program.isRequired,
            "needs podman and busybox-static, and the superuser"
        )
    )
    func podmanContainersAreFollowedThroughTheirLifecycle() async throws { try await live(.podman) }

    private func usedSeconds(_ group: SampleSource) async throws -> Double {
        try #require(try await read(group).samples.first?.values[.cpuSeconds])
    }

    /// A container with half a core and 64 MB runs a loop that would take all CPU time.
    private func compare(_ kind: ContainerEngine.Kind) async throws {
        try await withEngine(kind) { engine, source in
            let id = try await engine.run("spin", ["--cpus", "0.5", "--memory", "64m"], "while :; do :; done")
            let groups = SampleSource.cgroups { $0.containerID == id }
            let meter = SampleSource.cgroups { $0.containerID == id }
            _ = try await sample(source, "spin")
            _ = try await read(groups)
            var rows: [(theirs: Double, ours: Double, ofGroup: Double)] = []
            func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
            func deviation() -> Double {
                let theirs = mean(rows.map(\.theirs))
                return max(abs(mean(rows.map(\.ours)) - theirs), abs(mean(rows.map(\.ofGroup)) - theirs))
            }
            // The engine measures one second within our longer interval. On a shared machine the two differ with the
            // available CPU time, which averages out; an error of a wrong formula does not.
            while rows.count < 5 || (rows.count < 60 && deviation() >= 3) {
                // Docker's command takes two seconds; Podman's returns at once, with the mean since the start.
                if kind == .podman {
                    let used = try await usedSeconds(meter) + 1
                    try await engine.wait("for a second of CPU") { try await usedSeconds(meter) >= used }
                }
                let theirs = try await engine.stats(of: "spin")
                let ours = try #require(try await sample(source, "spin"))
                let group = try #require(try await read(groups).samples.first)
                let row = (
                    theirs.cpu, try #require(ours.values[.cpuPercent]), try #require(group.values[.cpuPercent])
                )
                rows.append(row)
                let memory = try #require(ours.values[.memoryUsedBytes])
                print(
                    "\(kind) stats: \(row.0) %, \(Int(theirs.memory)) B; docker(): \(row.1) %, \(Int(memory)) B; "
                        + "cgroups(): \(row.2) %, \(Int(group.values[.memoryUsedBytes] ?? -1)) B"
                )
                #expect(abs(memory - theirs.memory) < 1_048_576)
                #expect(ours.values[.memoryLimitBytes] == 67_108_864)
                #expect(ours.containerID == id)
                #expect(ours.values[.processes] == 1)
                #expect(group.containerID == id)
                #expect(group.values[.memoryLimitBytes] == 67_108_864)
            }
            #expect(deviation() < 3)
        }
    }

    private func live(_ kind: ContainerEngine.Kind) async throws {
        try await withEngine(kind) { engine, source in
            let now = kind == .podman ? ["-t", "0"] : ["--time", "0"]
            let id = try await engine.run("web", ["--label", "com.docker.compose.service=front"])
            _ = try await engine.run("other")
            let first = try await read(source)
            #expect(first.containersRunning == 2)
            #expect(first.errors.isEmpty)
            #expect(try await sample(source, "front")?.containerID == id)

            // A paused container does not run. Docker still has values for it; Podman does not list it.
            _ = try await engine.command("pause", "web")
            #expect(try await engine.state(of: "web") == "paused")
            #expect(try await read(source).containersRunning == 1)
            let paused = try await sample(source, "front")
            if kind == .docker { #expect((paused?.values[.cpuPercent] ?? -1) >= 0) }
            #expect((paused?.values[.cpuPercent] ?? 0) < 50)
            _ = try await engine.command("unpause", "web")

            // A container stopped after it was listed has no sample, and is not an error.
            let before = try await read(source)
            _ = try await engine.command(["stop"] + now + ["web"])
            for target in before.targets where target.id == id { #expect(try await target.read() == nil) }
            let stopped = try await read(source)
            #expect(stopped.targets.count == 1)
            #expect(stopped.containersRunning == 1)

            // After a restart under the same ID, its counters begin at zero.
            _ = try await engine.command("start", "web")
            let started = try #require(try await sample(source, "front"))
            #expect(started.containerID == id)
            #expect(started.values[.cpuPercent] == nil)
            _ = try await engine.command(["restart"] + now + ["web"])
            #expect((try await sample(source, "front")?.values[.cpuPercent] ?? 0) >= 0)

            // A container removed after it was listed has no sample either.
            let last = try await read(source)
            _ = try await engine.command(["rm", "--force"] + (kind == .podman ? now : []) + ["web"])
            for target in last.targets where target.id == id { #expect(try await target.read() == nil) }

            // The daemon is killed, and comes back.
            try await engine.kill()
            let error = await #expect(throws: SourceError.self) { try await read(source) }
            #expect(error?.reason == .unavailable)
            try await engine.start()
            try await engine.wait("to be back") { (try? await sample(source, "other")) != nil }
            #expect(try await read(source).containersRunning == 1)
        }
    }
}
#endif
