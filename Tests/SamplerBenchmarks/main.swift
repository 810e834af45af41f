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

// MARK: Two hours of history, and a day of roll-ups

let steps = StepClock()
let store = try SQLiteHistory(path: folder.appending(path: "history.sqlite").path, clock: steps)
let start = (Int64(Date().timeIntervalSince1970) - 30 * 3600) / 600 * 600
func tick(_ number: Int) -> HistoryTick {
    let host = Sample(
        subject: .host,
        values: Dictionary(uniqueKeysWithValues: SampleMetric.metrics(of: .host).map { ($0, Double(number * 977)) })
    )
    let samples = (0..<FakeEngine.containers).map { container in
        let base = Double(number * 1000 + container)
        return Sample(
            subject: SampleSubject(kind: "instance", id: "\(container)", name: "service-\(container)"),
            containerID: String(format: "%064x", container),
            values: [
                .cpuPercent: base.truncatingRemainder(dividingBy: 97) / 3, .cpuSeconds: base / 7,
                .memoryUsedBytes: 5e7 + base * 4096, .memoryLimitBytes: 536_870_912,
                .networkReceivedBytes: base * 1500, .networkSentBytes: base * 700, .blockReadBytes: base * 4096,
                .blockWrittenBytes: base * 8192, .processes: 7,
            ]
        )
    }
    return HistoryTick(time: start + Int64(number) * 15, samples: [host] + samples)
}
/// Writes ticks to a history, and prunes what is older than a retention, as a sampler does.
func write(_ numbers: Range<Int>, to store: SQLiteHistory, retention: Int64) async throws {
    for number in numbers {
        let tick = tick(number)
        try await store.append(tick)
        try await store.prune(before: tick.time - retention)
        steps.step(by: .seconds(15))
    }
}
try await write(0..<1200, to: store, retention: 7200)
let (before, cpu) = (try writtenBytes(), cpuSeconds())
try await write(1200..<1680, to: store, retention: 7200)
let bytes = Double(try writtenBytes() - before) / 480
row("bytes written, with pruning, roll-ups and checkpoints", bytes * 4 / 1e3, "kB a minute", atMost: 150)
row("a tick written and another pruned", (cpuSeconds() - cpu) / 480 * 1e3, "ms of CPU", atMost: nil)
row("the file, of two hours", Double(await store.status().bytes ?? 0) / 1e6, "MB", atMost: nil)

/// Measures a query, and returns the number of points.
func measure(
    _ name: String,
    _ store: SQLiteHistory,
    through: Int,
    hours: Int,
    metrics: [SampleMetric] = [.cpuPercent],
    rates: [SampleMetric] = [],
    _ selection: HistorySelection,
    repeated: Int,
    atMost limit: Double?
) async throws {
    let end = start + Int64(through) * 15
    let query = SeriesQuery(
        metrics: metrics,
        rates: rates,
        selection: selection,
        from: end - Int64(hours) * 3600,
        through: end,
        bucketSeconds: 60
    )
    var best = Double.infinity
    var points = 0
    for _ in 0..<repeated {
        let began = ContinuousClock.now
        points = try await store.series(query).reduce(0) { $0 + $1.points.count }
        best = min(
            best,
            Double(began.duration(to: .now).components.attoseconds) / 1e15
                + Double(began.duration(to: .now).components.seconds) * 1e3
        )
    }
    row("\(name), \(points) points", best, "ms", atMost: limit)
}
let one = HistorySelection.only(SampleSubject(kind: "instance", id: "7"))
let instances = HistorySelection.all(of: "instance")
let several: [SampleMetric] = [.cpuPercent, .memoryUsedBytes]
let rates: [SampleMetric] = [.networkReceivedBytes]
try await measure("2 h of one container", store, through: 1679, hours: 2, one, repeated: 20, atMost: nil)
try await measure("1 h of 50 containers", store, through: 1679, hours: 1, instances, repeated: 20, atMost: 20)
try await measure(
    "1 h of the top 10, two metrics and a rate",
    store,
    through: 1679,
    hours: 1,
    metrics: several,
    rates: rates,
    .top(10, by: .cpuPercent),
    repeated: 20,
    atMost: 20
)
try await write(1680..<6000, to: store, retention: 7200)
try await measure(
    "24 h of 50 containers, roll-ups",
    store,
    through: 5999,
    hours: 24,
    instances,
    repeated: 5,
    atMost: 300
)
await store.close()

let full = try SQLiteHistory(path: folder.appending(path: "day.sqlite").path, clock: steps)
try await write(0..<6000, to: full, retention: 30 * 3600)
try await measure("24 h of 50 containers, samples", full, through: 5999, hours: 24, instances, repeated: 5, atMost: 300)
try await measure(
    "24 h of 50 containers, two metrics and a rate",
    full,
    through: 5999,
    hours: 24,
    metrics: several,
    rates: rates,
    instances,
    repeated: 5,
    atMost: 300
)
row("the file, of 24 hours", Double(await full.status().bytes ?? 0) / 1e6, "MB", atMost: nil)
await full.close()
#else
print("This program takes the traits Docker and SQLite.")
#endif
