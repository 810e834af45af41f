#if SwiftMetrics
import CoreMetrics
import TallyTesting

extension ConformanceCase {
    static let life = [
        ConformanceCase("the last owner's destroy removes a series") { backend, findings in
            let one = backend.factory.makeCounter(label: "hits", dimensions: [])
            let other = backend.factory.makeCounter(label: "hits", dimensions: [])
            one.increment(by: 1)
            backend.factory.destroyCounter(one)
            other.increment(by: 2)
            findings.expect(try backend.values("hits"), [3], "after the first destroy")
            backend.factory.destroyCounter(other)
            findings.expect(try backend.values("hits"), [], "after the last destroy")
        },
        ConformanceCase("a destroyed handler works, and its series comes back") { backend, findings in
            let factory = backend.factory
            let counter = factory.makeCounter(label: "hits", dimensions: [])
            let meter = factory.makeMeter(label: "level", dimensions: [])
            let timer = factory.makeTimer(label: "wait", dimensions: [])
            for _ in 0..<3 {
                factory.destroyCounter(counter)
                factory.destroyMeter(meter)
                factory.destroyTimer(timer)
            }
            counter.increment(by: 2)
            meter.set(3.0)
            timer.recordNanoseconds(4)
            findings.expect(try backend.values("hits"), [2], "the counter")
            findings.expect(try backend.values("level"), [3], "the gauge")
            findings.expect(try backend.values("wait", suffix: "_count"), [1], "the histogram")
        },
        ConformanceCase("a destroyed handler and a new one share the series") { backend, findings in
            let old = backend.factory.makeCounter(label: "hits", dimensions: [])
            old.increment(by: 1)
            backend.factory.destroyCounter(old)
            let new = backend.factory.makeCounter(label: "hits", dimensions: [])
            new.increment(by: 2)
            old.increment(by: 4)
            let values = try backend.values("hits")
            findings.expect(values == [7] || values == [6], "an update is lost: \(values)")
        },
        ConformanceCase("foreign handlers may be destroyed") { backend, findings in
            backend.factory.destroyCounter(NOOPMetricsHandler.instance)
            backend.factory.destroyFloatingPointCounter(NOOPMetricsHandler.instance)
            backend.factory.destroyMeter(NOOPMetricsHandler.instance)
            backend.factory.destroyRecorder(NOOPMetricsHandler.instance)
            backend.factory.destroyTimer(NOOPMetricsHandler.instance)
            backend.factory.makeCounter(label: "hits", dimensions: []).increment(by: 1)
            findings.expect(try backend.values("hits"), [1], "the counter")
        },
        ConformanceCase("reset begins at zero") { backend, findings in
            let whole = backend.factory.makeCounter(label: "hits", dimensions: [])
            let fractional = backend.factory.makeFloatingPointCounter(label: "cost", dimensions: [])
            whole.increment(by: 5)
            fractional.increment(by: 0.5)
            whole.reset()
            fractional.reset()
            findings.expect(try backend.values("hits"), [0], "the total after the reset")
            findings.expect(try backend.values("cost"), [0], "the fractional total after the reset")
            whole.increment(by: 2)
            findings.expect(try backend.values("hits"), [2], "the total afterwards")
        },
    ]
}
#endif
