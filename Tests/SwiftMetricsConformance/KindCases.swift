#if SwiftMetrics
import CoreMetrics
import TallyTesting

extension ConformanceCase {
    static let kinds = [
        ConformanceCase("a label may be used for several kinds") { backend, findings in
            let factory = backend.factory
            let counter = factory.makeCounter(label: "thing", dimensions: [])
            let meter = factory.makeMeter(label: "thing", dimensions: [("a", "b")])
            let recorder = factory.makeRecorder(label: "thing", dimensions: [], aggregate: true)
            let timer = factory.makeTimer(label: "thing", dimensions: [])
            counter.increment(by: 7)
            meter.set(1.0)
            meter.increment(by: 1)
            recorder.record(1.0)
            timer.recordNanoseconds(1)
            findings.expect(try backend.values("thing").contains(7), "the first one, a counter, is missing")
            factory.destroyMeter(meter)
            factory.destroyRecorder(recorder)
            findings.expect(try backend.values("thing").contains(7), "destroying another kind removed the counter")
        },
        ConformanceCase("counters of whole and of fractional amounts share a series") { backend, findings in
            backend.factory.makeCounter(label: "cost", dimensions: [("a", "b")]).increment(by: 2)
            backend.factory.makeFloatingPointCounter(label: "cost", dimensions: [("a", "b")]).increment(by: 0.25)
            findings.expect(try backend.values("cost"), [2.25], "the total")
        },
        ConformanceCase("meters, gauges and recorders without aggregation share a series") { backend, findings in
            backend.factory.makeMeter(label: "level", dimensions: []).set(2.0)
            let recorder = backend.factory.makeRecorder(label: "level", dimensions: [], aggregate: false)
            findings.expect(try backend.values("level"), [2], "the level")
            recorder.record(Int64(5))
            findings.expect(try backend.values("level"), [5], "the last level")
        },
    ]
}
#endif
