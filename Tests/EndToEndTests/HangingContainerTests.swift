#if Docker
import Foundation
import Tally
import TallySampler
import TallyTestSupport
import Testing

/// A container of a real engine hangs: its supervisor is stopped, so that the engine cannot answer for it.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HangingContainerTests {
    @Test(
        .enabled(
            if: ContainerEngine.Kind.docker.isInstalled || Program.isRequired,
            "needs docker.io and busybox-static, and the superuser"
        )
    )
    func aHangingContainerDoesNotStopTheHost() async throws {
        let engine = try await ContainerEngine(.docker)
        let sampler = Sampler(
            sources: [.host(), .cgroups { $0.isSystemService }, .docker(socket: engine.socket)],
            store: .memory(maxSamples: 10_000),
            settings: { SamplingSettings(interval: .seconds(5)) },
            report: { print("\($0)") },
            in: MetricRegistry()
        )
        var supervisor: pid_t?
        let outcome: Result<Void, any Error>
        do {
            for name in ["web", "db"] { _ = try await engine.run(name) }
            let id = try await engine.run("hanging")
            let found = try #require(try Self.supervisor(of: id))
            supervisor = found
            kill(found, SIGSTOP)
            try sampler.start()
            /// Waits for this many more samples of each of the subjects.
            func more(_ count: Int, of subjects: [SampleSubject]) async throws {
                let before = try await counts(sampler, subjects)
                try await engine.wait("for samples of \(subjects)", atMost: .seconds(300)) {
                    let now = try await counts(sampler, subjects)
                    return zip(before, now).allSatisfy { $1 >= $0 + count }
                }
            }
            // This Docker reads its containers one after another, so the others may have no answer either.
            try await more(5, of: [.host])
            #expect(try await counts(sampler, [.container("hanging")]) == [0])
            // Its supervisor continues.
            kill(found, SIGCONT)
            supervisor = nil
            try await more(2, of: [.host, .container("web"), .container("db"), .container("hanging")])
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        if let supervisor { kill(supervisor, SIGCONT) }
        await sampler.stop()
        try await engine.stop()
        try outcome.get()
    }

    /// The number of samples of each subject.
    private func counts(_ sampler: Sampler, _ subjects: [SampleSubject]) async throws -> [Int] {
        var counts: [Int] = []
        for subject in subjects {
            let points = try await sampler.history(
                of: .memoryUsedBytes,
                for: subject,
                last: .seconds(3600),
                every: .seconds(3600)
            )
            counts.append(points.reduce(0) { $0 + $1.count })
        }
        return counts
    }

    /// The process of containerd that supervises a container.
    private static func supervisor(of id: String) throws -> pid_t? {
        for process in try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap({ pid_t($0) }) {
            guard let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { continue }
            let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            if words.first?.contains("containerd-shim") == true, words.contains(id) { return process }
        }
        return nil
    }
}
#endif
