import TallySwiftMetrics
import Testing

#if SwiftMetrics
import CoreMetrics
import Tally
#endif

/// The full text of every rejection that a host can meet.
struct ErrorTextTests {
    #if SwiftMetrics
    @Test func rejectionsNameTheLabelTheProblemAndTheRemedy() {
        let registry = MetricRegistry()
        let factory = TallyMetricsFactory(registry: registry, buckets: SwiftMetricsBuckets(byLabel: ["bad": [2, 1]]))
        let count = { (label: String, dimensions: [(String, String)]) in
            factory.makeCounter(label: label, dimensions: dimensions).increment(by: 1)
        }
        for _ in 0..<2 { factory.makeMeter(label: "hits", dimensions: []).increment(by: .nan) }
        count("hits", [])
        count("a.b", [])
        count("a-b", [])
        count(String(repeating: "x", count: 2_000), [])
        count("many", (0..<100).map { ("l\($0)", "x") })
        factory.makeRecorder(label: "bad", dimensions: [], aggregate: true).record(1.0)
        factory.makeTimer(label: "wait \"x\"", dimensions: []).recordNanoseconds(-1)
        let long = String(repeating: "x", count: 1_024)
        #expect(
            factory.rejected.map(\.description) == [
                #"buckets: "bad": its buckets are not finite and ascending, so it has the default ones; correct them"#,
                #"dimensions: "many": the dimensions are too many or too long, so this series is not exposed; "#
                    + "map them to fewer",
                #"kind: "hits": another metric has the name, so this one is not exposed; map the label to another name"#,
                #"name: "\#(long)": the label is too long for a name, so the metric is not exposed; "#
                    + "map it to a shorter one",
                #"name_collision: "a-b": another label becomes the same name, so this one has a suffix; "#
                    + "map one of them to another name",
                #"negative: "wait \"x\"": a negative amount was dropped; correct the library that records it"#,
                #"not_finite: "hits" (2 times): NaN or an infinity was dropped; correct the library that records it"#,
            ]
        )
    }

    @Test func tooManyLabelsAreSaidOnce() {
        let factory = TallyMetricsFactory(registry: MetricRegistry(ownMetrics: false))
        for index in 0...10_000 { factory.makeMeter(label: "m\(index)", dimensions: []).set(1.0) }
        #expect(
            factory.rejected.map(\.description) == [
                #"labels: "m10000": there are too many labels, so this metric is not exposed; "#
                    + "look for values that belong into dimensions"
            ]
        )
    }
    #endif
}
