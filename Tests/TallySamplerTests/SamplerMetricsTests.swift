import Tally
import TallyTesting
import Testing

@testable import TallySampler

/// A sampler's metrics about itself count each event once.
@Suite(.timeLimit(.minutes(5)))
struct SamplerMetricsTests {
    private let registry = MetricRegistry()
    private let metrics: SamplerMetrics

    init() throws {
        metrics = try SamplerMetrics(in: registry)
    }

    private func value(_ name: String, _ labels: [String: String] = [:]) throws -> Double? {
        try registry.value(of: "tally_sampler_" + name, labels: labels)
    }

    /// A store reports totals, of which only the increase is added.
    @Test func lostTicksAndFailuresAreCountedOnce() throws {
        var before: HistoryStatus?
        for (dropped, busy) in [(0, 1), (3, 1), (3, 2), (5, 2)] {
            let status = HistoryStatus(
                rows: 7,
                bytes: 900,
                backlog: 20 + dropped,
                droppedTicks: dropped,
                failure: .busy,
                failures: [.busy: busy, .full: 1]
            )
            metrics.history(status, after: before)
            before = status
        }
        #expect(try value("history_dropped_ticks_total") == 5)
        #expect(try value("history_failures_total", ["reason": "busy"]) == 2)
        #expect(try value("history_failures_total", ["reason": "full"]) == 1)
        #expect(try value("history_backlog_ticks") == 25)
        #expect(try value("history_rows") == 7)
        #expect(try value("history_bytes") == 900)
    }

    @Test func unknownHistoryValuesAreAbsent() throws {
        metrics.history(HistoryStatus(rows: 7, bytes: 900, backlog: 3), after: nil)
        metrics.history(HistoryStatus(), after: nil)
        #expect(try value("history_rows") == nil)
        #expect(try value("history_bytes") == nil)
        #expect(try value("history_backlog_ticks") == 0)
    }

    @Test func hiddenSourcesHaveNoMetrics() throws {
        var round = SourceRound()
        round.hasAnswered = true
        round.targets = ["a", "b"]
        metrics.source("docker", round)
        #expect(try value("source_up", ["source": "docker"]) == 1)
        #expect(try value("targets", ["source": "docker"]) == 2)
        metrics.hideSources(["docker"])
        #expect(try value("source_up", ["source": "docker"]) == nil)
        #expect(try value("targets", ["source": "docker"]) == nil)
    }

    @Test func subjectsBeyondTheLimitAreCounted() async throws {
        let bench = SamplerBench()
        let count = Locked(LatestValues.maxSubjects + 10)
        let sampler = bench.sampler(
            SampleSource("many") { _ in
                SourceReading(samples: (0..<count.withLock { $0 }).map { .container($0) })
            }
        )
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        #expect(try bench.value("tally_sampler_subjects_left_out") == 10)
        count.withLock { $0 = 3 }
        await bench.reach(18)
        await bench.store.ticked(2)
        #expect(try bench.value("tally_sampler_subjects_left_out") == 0)
        await sampler.stop()
    }
}
