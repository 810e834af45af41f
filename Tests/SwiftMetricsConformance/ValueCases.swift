#if SwiftMetrics
import CoreMetrics
import TallyTesting

extension ConformanceCase {
    static let values = [
        ConformanceCase("fractions of counters are kept") { backend, findings in
            let cost = backend.factory.makeFloatingPointCounter(label: "cost", dimensions: [])
            for _ in 0..<3 { cost.increment(by: 0.25) }
            findings.expect(try backend.values("cost"), [0.75], "the total")
        },
        ConformanceCase("timers are exposed in seconds") { backend, findings in
            let wait = backend.factory.makeTimer(label: "wait", dimensions: [])
            wait.preferDisplayUnit(.milliseconds)
            wait.recordNanoseconds(1_500_000_000)
            wait.recordNanoseconds(1)
            findings.expect(try backend.values("wait", suffix: "_sum"), [1.500000001], "the sum")
        },
        ConformanceCase("meters rise and fall") { backend, findings in
            let level = backend.factory.makeMeter(label: "level", dimensions: [])
            level.set(Int64(10))
            level.increment(by: 2.5)
            level.decrement(by: 20)
            findings.expect(try backend.values("level"), [-7.5], "the level")
        },
        ConformanceCase("counters never fall") { backend, findings in
            let whole = backend.factory.makeCounter(label: "hits", dimensions: [])
            let fractional = backend.factory.makeFloatingPointCounter(label: "cost", dimensions: [])
            whole.increment(by: 3)
            fractional.increment(by: 0.5)
            for amount in [-1, .min] as [Int64] { whole.increment(by: amount) }
            for amount in [Double.nan, .infinity, -.infinity, -1, -0.0] { fractional.increment(by: amount) }
            findings.expect(try backend.values("hits"), [3], "the total")
            findings.expect(try backend.values("cost"), [0.5], "the fractional total")
        },
        ConformanceCase("a full counter stays full") { backend, findings in
            let hits = backend.factory.makeCounter(label: "hits", dimensions: [])
            for _ in 0..<3 { hits.increment(by: .max) }
            let value = try backend.values("hits").first ?? 0
            findings.expect(value >= 9.2e18, "the total is \(value)")
        },
        ConformanceCase("no value spoils a gauge for good") { backend, findings in
            let level = backend.factory.makeMeter(label: "level", dimensions: [])
            level.set(1.0)
            for amount in [Double.nan, .infinity, -.infinity, -1, -.greatestFiniteMagnitude] {
                level.increment(by: amount)
                level.decrement(by: amount)
            }
            findings.expect(try backend.values("level"), [1], "after invalid amounts")
            for value in [Double.infinity, -.infinity, .nan] { level.set(value) }
            for value in [Int64.min, .max, 7] { level.set(value) }
            findings.expect(try backend.values("level"), [7], "after the last set")
        },
        ConformanceCase("no value spoils a histogram") { backend, findings in
            let size = backend.factory.makeRecorder(label: "size", dimensions: [], aggregate: true)
            for value in [Double.nan, .infinity, -.infinity, 2] { size.record(value) }
            findings.expect(try backend.values("size", suffix: "_sum"), [2], "the sum")
            let wait = backend.factory.makeTimer(label: "wait", dimensions: [])
            for duration in [-1, .min, 1_000_000_000] as [Int64] { wait.recordNanoseconds(duration) }
            findings.expect(try backend.values("wait", suffix: "_sum"), [1], "the sum of durations")
        },
        ConformanceCase("the ends of Int64 do no harm") { backend, findings in
            let size = backend.factory.makeRecorder(label: "size", dimensions: [], aggregate: true)
            let wait = backend.factory.makeTimer(label: "wait", dimensions: [])
            for _ in 0..<3 {
                for value in [Int64.min, .max] { size.record(value) }
                wait.recordNanoseconds(.max)
            }
            findings.expect(try backend.values("size", suffix: "_count"), [6], "the count of values")
            findings.expect(try backend.values("wait", suffix: "_count"), [3], "the count of durations")
        },
        ConformanceCase("recorders of sizes have buckets for sizes") { backend, findings in
            let size = backend.factory.makeRecorder(label: "body.size", dimensions: [], aggregate: true)
            for value in [300, 3_000, 30_000, 300_000, 3_000_000] as [Int64] { size.record(value) }
            let counts = try backend.values("body", suffix: "_bucket")
            findings.expect(Set(counts).count >= 4, "all sizes are in few buckets: \(counts)")
        },
    ]
}
#endif
