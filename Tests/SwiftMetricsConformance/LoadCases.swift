#if SwiftMetrics
import CoreMetrics
import Dispatch
import TallyTesting

extension ConformanceCase {
    static let load = [
        ConformanceCase("eight threads lose no update") { backend, findings in
            DispatchQueue.concurrentPerform(iterations: 8) { thread in
                for round in 0..<500 {
                    let dimensions = [("round", "\(round % 10)"), ("kind", "x")]
                    backend.factory.makeCounter(label: "hits", dimensions: dimensions).increment(by: 1)
                    let level = backend.factory.makeMeter(label: "level", dimensions: [])
                    level.increment(by: 2)
                    level.decrement(by: 1)
                    backend.factory.makeTimer(label: "wait", dimensions: dimensions).recordNanoseconds(Int64(thread))
                }
            }
            findings.expect(try backend.values("hits"), Array(repeating: 400, count: 10), "the totals")
            findings.expect(try backend.values("level"), [4_000], "the level")
            let counts = try backend.values("wait", suffix: "_count")
            findings.expect(counts, Array(repeating: 400, count: 10), "the counts")
        },
        ConformanceCase("eight threads may make and destroy the same series") { backend, findings in
            DispatchQueue.concurrentPerform(iterations: 8) { _ in
                for round in 0..<500 {
                    let hits = backend.factory.makeCounter(label: "hits", dimensions: [("round", "\(round % 3)")])
                    hits.increment(by: 1)
                    backend.factory.destroyCounter(hits)
                    if round % 50 == 0 { _ = try? backend.read() }
                }
            }
            let last = backend.factory.makeCounter(label: "hits", dimensions: [("round", "last")])
            last.increment(by: 1)
            findings.expect(try backend.values("hits", ["round": "last"]), [1], "the last series")
            findings.expect(try backend.values("hits").count <= 4, "destroyed series are exposed")
        },
        ConformanceCase("label sets are limited, and none is lost from the sum") { backend, findings in
            for index in 0..<20_000 {
                backend.factory.makeCounter(label: "hits", dimensions: [("id", "\(index)")]).increment(by: 1)
            }
            let values = try backend.values("hits")
            findings.expect(values.count <= 10_001, "there are \(values.count) series")
            findings.expect(values.reduce(0, +) == 20_000, "the sum is \(values.reduce(0, +))")
        },
        ConformanceCase("label names are limited") { backend, findings in
            for index in 0..<2_000 {
                backend.factory.makeCounter(label: "hits", dimensions: [("id\(index)", "x")]).increment(by: 1)
            }
            let many = (0..<1_000).map { ("l\($0)", "x") }
            backend.factory.makeCounter(label: "hits", dimensions: many).increment(by: 1)
            let samples = try backend.samples("hits")
            findings.expect(samples.count <= 1_000, "there are \(samples.count) series")
            let most = samples.map(\.labels.count).max() ?? 0
            findings.expect(most <= 64, "a series has \(most) labels")
        },
    ]
}
#endif
