#if Docker && SQLite
import Foundation
import Tally
import TallySampler

/// Samples the containers of a real engine at the machine's pace.
enum RealEngine {
    static let argument = "--real"

    /// - Parameter arguments: The engine's socket, the interval in seconds, and the number of intervals to measure.
    static func measure(_ arguments: [String], in folder: URL) async throws {
        guard arguments.count == 3, let interval = Int(arguments[1]), let count = Int(arguments[2]) else {
            print("\(argument) SOCKET INTERVAL COUNT")
            return
        }
        let settings = SamplingSettings(interval: .seconds(interval))
        let sampler = Sampler(
            sources: [.host(), .process(), .cgroups(), .docker(socket: arguments[0])],
            store: try .sqlite(path: folder.appending(path: "real.sqlite").path),
            settings: { settings },
            in: MetricRegistry()
        )
        try sampler.start()
        // The first ticks load what later ones find in memory.
        try await Task.sleep(for: .seconds(3 + 2 * interval))
        let (before, start) = (cpuSeconds(), ContinuousClock.now)
        try await Task.sleep(for: .seconds(interval * count))
        let passed = start.duration(to: .now) / .seconds(1)
        let used = (cpuSeconds() - before) / passed * 100
        let period = Duration.seconds(interval * (count + 3))
        var times: [(subject: SampleSubject, times: [Int64])] = []
        for subject in try await sampler.subjects(last: period) {
            let points = try await sampler.history(of: .cpuSeconds, for: subject, last: period, every: .seconds(1))
            times.append((subject, points.map(\.time)))
        }
        let first = times.flatMap(\.times).min() ?? 0
        for (subject, times) in times where subject.kind != .controlGroup {
            print("| \(subject) | \(times.map { String($0 - first) }.joined(separator: " ")) |")
        }
        let containers = times.count { $0.subject.kind == .container }
        print("\(containers) containers, and \(times.count { $0.subject.kind == .controlGroup }) other control groups")
        row("all sources at an interval of \(interval) s", used, "% of a core", atMost: 0.2)
        await sampler.stop()
    }
}
#endif
