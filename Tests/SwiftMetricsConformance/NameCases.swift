#if SwiftMetrics
import CoreMetrics
import TallyTesting

extension ConformanceCase {
    static let names = [
        ConformanceCase("any text is a label") { backend, findings in
            let labels = ["", "1", "hits", "a.b", "a b", "a\nb", "a{b}", "é", "\0", "_", "__", "_total", "x_total"]
            for label in labels {
                backend.factory.makeCounter(label: label, dimensions: []).increment(by: 1)
                backend.factory.makeMeter(label: label + ".now", dimensions: []).set(1.0)
                backend.factory.makeTimer(label: label + ".wait", dimensions: []).recordNanoseconds(1)
            }
            let samples = try backend.read().samples.filter { $0.name.hasSuffix("_total") && $0.value == 1 }
            findings.expect(samples.count >= labels.count, "\(samples.count) counters of \(labels.count) labels")
        },
        ConformanceCase("labels that become one name are not merged") { backend, findings in
            for (index, label) in ["some.hits", "some-hits", "some_hits"].enumerated() {
                backend.factory.makeCounter(label: label, dimensions: []).increment(by: Int64(1) << index)
            }
            findings.expect(try backend.values("some"), [1, 2, 4], "the counters")
        },
        ConformanceCase("a label may be the name of a histogram's sample") { backend, findings in
            backend.factory.makeRecorder(label: "wait", dimensions: [], aggregate: true).record(3.0)
            for (index, suffix) in ["_count", "_sum", "_bucket"].enumerated() {
                backend.factory.makeMeter(label: "wait" + suffix, dimensions: []).set(Int64(100 + index))
            }
            let seen = Set(try backend.samples("wait").map(\.value))
            findings.expect(seen.isSuperset(of: [100, 101, 102]), "the gauges are missing")
        },
        ConformanceCase("a label of any length does no harm") { backend, findings in
            let long = String(repeating: "long", count: 10_000)
            backend.factory.makeCounter(label: long, dimensions: []).increment(by: 1)
            backend.factory.makeCounter(label: "hits", dimensions: [(long, "x")]).increment(by: 1)
            backend.factory.makeCounter(label: "hits", dimensions: [("x", long)]).increment(by: 1)
            let most = try backend.read().samples.map(\.series.utf8.count).max() ?? 0
            findings.expect(most < 10_000, "a series takes \(most) bytes")
        },
        ConformanceCase("names follow Prometheus' conventions") { backend, findings in
            for label in ["hits", "seen_total"] {
                backend.factory.makeCounter(label: label, dimensions: []).increment(by: 1)
            }
            for label in ["wait", "delay_seconds"] {
                backend.factory.makeTimer(label: label, dimensions: []).recordNanoseconds(1)
            }
            let names = Set(try backend.read().samples.map(\.name))
            let expected = ["hits_total", "seen_total", "wait_seconds_count", "delay_seconds_count"]
            for name in expected { findings.expect(names.contains(name), "there is no \(name)") }
        },
    ]
}
#endif
