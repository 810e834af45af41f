import Synchronization
import Tally
import TallyTesting
import Testing

@testable import TallySampler

/// A sampler on manual clocks.
final class SamplerBench: Sendable {
    let clock = WatchedClock()
    let registry = MetricRegistry()
    let wall = Locked(1_800_000_000.0)
    let reports = Locked<[SamplerReport]>([])
    let store: WatchedHistory
    let settings = Locked<Result<SamplingSettings, SourceError>>(.success(SamplingSettings()))
    private let asked = Counted()

    init(_ store: WatchedHistory = WatchedHistory()) {
        self.store = store
    }

    func sampler(_ sources: SampleSource...) -> Sampler {
        Sampler(
            sources: sources,
            store: store,
            settings: { [self] in
                defer { asked.count() }
                return try settings.withLock { $0 }.get()
            },
            clock: clock,
            wallSeconds: { [self] in wall.withLock { $0 } },
            report: { [self] report in reports.withLock { $0.append(report) } },
            in: registry
        )
    }

    /// A host that always answers.
    static let host = SampleSource("host") { tick in
        SourceReading(samples: [Sample(subject: .host, values: [.cpuPercent: tick.elapsed.inSeconds])])
    }

    /// Moves both clocks to a time, in seconds since the start, once the loop, or a deadline, waits for it.
    func reach(_ seconds: Double) async {
        await asleep(until: seconds)
        pass(seconds - clock.now.offset.inSeconds)
    }

    func asleep(until seconds: Double) async {
        await clock.asleep(until: .milliseconds(Int(seconds * 1000)))
    }

    /// Moves both clocks.
    func pass(_ seconds: Double) {
        wall.withLock { $0 += seconds }
        clock.advance(by: .milliseconds(Int((seconds * 1000).rounded())))
    }

    /// Waits until the settings have been requested this many times.
    func awaitSettingsRequests(_ times: Int) async { await asked.wait(times) }

    var settingsRequests: Int { asked.value }

    /// The kinds of the sampler's reports.
    var kinds: [SamplerReport.Kind] { reports.withLock { $0.map(\.kind) } }

    func value(_ name: String, _ labels: [String: String] = [:]) throws -> Double? {
        try registry.value(of: name, labels: labels)
    }
}

/// A count of events that tasks can wait for.
final class Counted: Sendable {
    private struct State {
        var count = 0
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Locked(State())

    var value: Int { state.withLock { $0.count } }

    func count() {
        let reached = state.withLock { state in
            state.count += 1
            let reached = state.waiters.filter { $0.count <= state.count }.map(\.continuation)
            state.waiters.removeAll { $0.count <= state.count }
            return reached
        }
        for continuation in reached { continuation.resume() }
    }

    func wait(_ count: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReached = state.withLock { state in
                    let isReached = state.count >= count || Task.isCancelled
                    if !isReached { state.waiters.append((count, continuation)) }
                    return isReached
                }
                if isReached { continuation.resume() }
            }
        } onCancel: {
            // The test's time limit has passed: it must fail, not hang.
            let waiters = state.withLock { state in
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.continuation.resume() }
        }
    }
}

/// Suspends its callers until it is opened or, if they heed cancellation, until they are cancelled.
final class Hold: Sendable {
    private struct State {
        var isOpen = false
        var number = 0
        var held: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Locked(State())
    let arrivals = Counted()
    let cancelled = Counted()

    func wait(heedsCancellation: Bool = true) async {
        let number = state.withLock { state in
            state.number += 1
            return state.number
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReleased = state.withLock { state in
                    if state.isOpen || (heedsCancellation && Task.isCancelled) { return true }
                    state.held[number] = continuation
                    return false
                }
                arrivals.count()
                if isReleased { continuation.resume() }
            }
        } onCancel: {
            cancelled.count()
            guard heedsCancellation else { return }
            state.withLock { $0.held.removeValue(forKey: number) }?.resume()
        }
    }

    func open() {
        let held = state.withLock { state in
            state.isOpen = true
            defer { state.held = [:] }
            return Array(state.held.values)
        }
        for continuation in held { continuation.resume() }
    }
}

/// A history in memory that records its calls.
final class WatchedHistory: SampleHistory {
    private let history = MemoryHistory(maxSamples: 100_000)
    private let log = Locked<(ticks: [HistoryTick], prunes: [Int64], closes: Int)>(([], [], 0))
    private let done = Counted()
    /// A hold that appending waits for.
    let hold: Hold?
    let appendError = Locked<HistoryError?>(nil)
    let failure = Locked<HistoryStatus.Failure?>(nil)
    let failures = Locked<[HistoryStatus.Failure: Int]>([:])
    let onAppend = Locked<(@Sendable () async -> Void)?>(nil)

    init(hold: Hold? = nil) {
        self.hold = hold
    }

    var ticks: [HistoryTick] { log.withLock { $0.ticks } }
    var times: [Int64] { ticks.map(\.time) }
    var prunes: [Int64] { log.withLock { $0.prunes } }
    var closes: Int { log.withLock { $0.closes } }

    /// Waits until this many ticks have been written, pruned and inspected, including ticks that only prune.
    func ticked(_ times: Int) async { await done.wait(times) }

    func append(_ tick: HistoryTick) async throws {
        await hold?.wait(heedsCancellation: false)
        await onAppend.withLock(\.self)?()
        if let error = appendError.withLock(\.self) { throw error }
        try await history.append(tick)
        log.withLock { $0.ticks.append(tick) }
    }

    func prune(before time: Int64) async throws {
        log.withLock { $0.prunes.append(time) }
        try await history.prune(before: time)
    }

    func series(_ query: SeriesQuery) async throws -> [HistorySeries] { try await history.series(query) }
    func subjects(from: Int64, through: Int64) async throws -> [SampleSubject] {
        try await history.subjects(from: from, through: through)
    }
    func newestTime() async throws -> Int64? { try await history.newestTime() }

    func status() async -> HistoryStatus {
        var status = await history.status()
        status.failure = failure.withLock(\.self)
        status.failures = failures.withLock(\.self)
        done.count()
        return status
    }

    func close() async {
        log.withLock { $0.closes += 1 }
        await history.close()
    }
}
