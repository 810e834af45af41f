#if SwiftMetrics
import CoreMetrics
import TallyTesting

extension ConformanceCase {
    static let dimensions = [
        ConformanceCase("the order of dimensions is irrelevant") { backend, findings in
            let one = backend.factory.makeCounter(label: "hits", dimensions: [("a", "1"), ("b", "2")])
            let other = backend.factory.makeCounter(label: "hits", dimensions: [("b", "2"), ("a", "1")])
            one.increment(by: 1)
            other.increment(by: 2)
            findings.expect(try backend.values("hits", ["a": "1", "b": "2"]), [3], "one series")
        },
        ConformanceCase("the last value of a duplicate dimension counts") { backend, findings in
            let hits = backend.factory.makeCounter(label: "hits", dimensions: [("a", "1"), ("b", "2"), ("a", "3")])
            hits.increment(by: 4)
            findings.expect(try backend.values("hits"), [4], "one series")
            findings.expect(try backend.values("hits", ["a": "3", "b": "2"]), [4], "with the last value")
        },
        ConformanceCase("an empty value is an absent dimension") { backend, findings in
            backend.factory.makeCounter(label: "hits", dimensions: [("a", "")]).increment(by: 1)
            backend.factory.makeCounter(label: "hits", dimensions: []).increment(by: 2)
            findings.expect(try backend.values("hits"), [3], "one series")
        },
        ConformanceCase("any text is a value") { backend, findings in
            let values = ["\"", "\\", "\n", "a\\n", "\r", "\0", "é", "e\u{301}", "𝄞", "{}", " ", "a,b=\"c\""]
            for value in values {
                backend.factory.makeCounter(label: "hits", dimensions: [("text", value)]).increment(by: 1)
            }
            let seen = try backend.samples("hits").compactMap { $0[label: "text"].map { Array($0.utf8) } }
            findings.expect(Set(seen) == Set(values.map { Array($0.utf8) }), "the values are \(seen)")
            findings.expect(seen.count == values.count, "\(seen.count) series for \(values.count) values")
        },
        ConformanceCase("any text is a dimension's name") { backend, findings in
            let names = [
                "", "1", "a-b", "a.b", "a b", "a\"b", "a\nb", "é", "__name__", "__", "_", ":", "le", "quantile",
            ]
            for name in names {
                backend.factory.makeCounter(label: "hits", dimensions: [(name, "x")]).increment(by: 1)
            }
            let total = try backend.values("hits").reduce(0, +)
            findings.expect(total == Double(names.count), "the sum of all series is \(total)")
        },
        ConformanceCase("dimensions whose names become equal are not merged") { backend, findings in
            let hits = backend.factory.makeCounter(label: "hits", dimensions: [("a.b", "1"), ("a-b", "2")])
            hits.increment(by: 3)
            let labels = try backend.samples("hits").first?.labels.map(\.value) ?? []
            findings.expect(Set(labels).isSuperset(of: ["1", "2"]), "the label values are \(labels)")
        },
        ConformanceCase("a histogram's dimension may be called le") { backend, findings in
            let wait = backend.factory.makeRecorder(label: "wait", dimensions: [("le", "7")], aggregate: true)
            wait.record(3.0)
            findings.expect(try backend.values("wait", suffix: "_count"), [1], "the count")
            let bounds = try backend.samples("wait").filter { $0.name.hasSuffix("_bucket") }
            findings.expect(bounds.allSatisfy { $0[label: "le"] != "7" }, "the dimension is taken for a bound")
        },
        ConformanceCase("series of one label may have different dimensions") { backend, findings in
            let shapes: [[(String, String)]] = [
                [], [("queue", "mail")], [("status", "ok")], [("queue", "mail"), ("status", "ok")],
            ]
            for (index, shape) in shapes.enumerated() {
                backend.factory.makeCounter(label: "hits", dimensions: shape).increment(by: Int64(1) << index)
                backend.factory.makeTimer(label: "wait", dimensions: shape).recordNanoseconds(1_000_000_000)
            }
            findings.expect(try backend.values("hits"), [1, 2, 4, 8], "the series")
            findings.expect(try backend.values("wait", suffix: "_count"), [1, 1, 1, 1], "the histograms")
        },
    ]
}
#endif
