// Measures what a sampler costs with fifty containers:
//
//     swift run -c release --traits Docker,SQLite TallySamplerBench
//
// With `--real SOCKET INTERVAL COUNT`, samples a real engine instead, and prints when each subject was sampled:
//
//     swift run -c release --traits Docker,SQLite TallySamplerBench --real /var/run/docker.sock 15 20
//
// Exits 0 whatever the figures.
#if Docker && SQLite
import Foundation
import Tally
import TallySampler

let arguments = CommandLine.arguments.dropFirst()
if arguments.first == FakeEngine.argument, let socket = arguments.dropFirst().first {
    try FakeEngine.serve(at: socket)
    exit(0)
}

let folder = FileManager.default.temporaryDirectory.appending(path: "tally-bench-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }

/// CPU time of this process so far, in seconds.
func cpuSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// The bytes this process has passed to the system to write, including those overwritten before they reached the disk.
func writtenBytes() throws -> Int {
    let text = try String(contentsOf: URL(filePath: "/proc/self/io"), encoding: .utf8)
    let line = text.split(separator: "\n").first { $0.hasPrefix("wchar: ") }
    return line.flatMap { Int($0.dropFirst("wchar: ".count)) } ?? 0
}

func row(_ name: String, _ value: Double, _ unit: String, atMost limit: Double?) {
    let met =
        limit.map { value <= $0 ? ", at most \($0.formatted()): met" : ", at most \($0.formatted()): NOT MET" } ?? ""
    print("| \(name) | \(value.formatted(.number.precision(.significantDigits(3)))) \(unit)\(met) |")
}

if arguments.first == RealEngine.argument {
    try await RealEngine.measure(Array(arguments.dropFirst()), in: folder)
    exit(0)
}

// MARK: Ticks, with an engine

let engine = Process()
let input = Pipe()
let output = Pipe()
let socket = folder.appending(path: "engine.sock").path
engine.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
engine.arguments = [FakeEngine.argument, socket]
engine.standardInput = input
engine.standardOutput = output
try engine.run()
_ = output.fileHandleForReading.availableData

let registry = MetricRegistry()
let sampler = Sampler(
    sources: [.host(), .process(), .docker(socket: socket)],
    store: try .sqlite(path: folder.appending(path: "ticks.sqlite").path),
    clock: FastClock(factor: 60),
    // The fast clock drifts from the time of day, which would be reported at each tick.
    report: { _ in },
    in: registry
)
func ticks() throws -> Int {
    let text = String(
        decoding: registry.exposition(for: ScrapeRequest(names: ["tally_sampler_ticks_total"])).body,
        as: UTF8.self
    )
    return Int(text.split(separator: " ").last?.dropLast() ?? "") ?? 0
}
try sampler.start()
/// Waits for this many more ticks, and returns the CPU seconds per tick.
func cost(of count: Int) async throws -> Double {
    let (first, before) = (try ticks(), cpuSeconds())
    while try ticks() < first + count { try await Task.sleep(for: .milliseconds(250)) }
    return (cpuSeconds() - before) / Double(try ticks() - first)
}
_ = try await cost(of: 5)
let seconds = try await cost(of: 100)
let shown = String(decoding: registry.exposition().body, as: UTF8.self)
let sampled = shown.split(separator: "\n").count { $0.hasPrefix("container_cpu_usage_seconds_total{") }
await sampler.stop()
try input.fileHandleForWriting.close()
engine.waitUntilExit()
print("| what | figure, and target |\n| --- | --- |")
row("containers sampled in the last tick", Double(sampled), "", atMost: nil)
row("a tick, \(FakeEngine.containers) containers", seconds * 1e3, "ms of CPU", atMost: 75)
row("the same, at an interval of 15 s", seconds / 15 * 100, "% of a core", atMost: 0.5)

// MARK: Two hours of history

let store = try SQLiteHistory(path: folder.appending(path: "history.sqlite").path)
let start = Int64(Date().timeIntervalSince1970) - 3 * 3600
func tick(_ number: Int) -> HistoryTick {
    let samples = (0..<FakeEngine.containers).map { container in
        let base = Double(number * 1000 + container)
        return Sample(
            subject: .container("service-\(container)"),
            containerID: String(format: "%064x", container),
            values: [
                .cpuPercent: base.truncatingRemainder(dividingBy: 97) / 3, .cpuSeconds: base / 7,
                .memoryUsedBytes: 5e7 + base * 4096, .memoryLimitBytes: 536_870_912,
                .networkReceivedBytes: base * 1500, .networkSentBytes: base * 700, .blockReadBytes: base * 4096,
                .blockWrittenBytes: base * 8192, .processes: 7,
            ]
        )
    }
    return HistoryTick(time: start + Int64(number) * 15, samples: samples)
}
let prepared = (0..<960).map(tick)
for tick in prepared[..<480] { try await store.append(tick) }
let (before, cpu) = (try writtenBytes(), cpuSeconds())
for (number, tick) in prepared.enumerated().dropFirst(480) {
    try await store.append(tick)
    try await store.prune(before: start + Int64(number - 480) * 15)
}
let bytes = Double(try writtenBytes() - before) / 480
row("bytes written, with pruning", bytes * 4 / 1e6, "MB a minute", atMost: 1)
row("a tick written and another pruned", (cpuSeconds() - cpu) / 480 * 1e3, "ms of CPU", atMost: nil)
let query = HistoryQuery(
    metric: .cpuPercent,
    subject: .container("service-7"),
    from: start + 480 * 15,
    through: start + 960 * 15,
    bucketSeconds: 60
)
let clock = ContinuousClock()
var best = Double.infinity
var points = 0
for _ in 0..<50 {
    let began = clock.now
    points = try await store.history(query).count
    let took = began.duration(to: clock.now)
    best = min(best, Double(took.components.attoseconds) / 1e15)
}
row("two hours of one container, \(points) points of a minute", best, "ms", atMost: nil)
row("the file, of two hours", Double(await store.status().bytes ?? 0) / 1e6, "MB", atMost: nil)
await store.close()
#else
print("This program takes the traits Docker and SQLite.")
#endif
