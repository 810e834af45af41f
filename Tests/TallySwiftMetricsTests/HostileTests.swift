#if SwiftMetrics
import CoreMetrics
import Dispatch
import Tally
import TallySwiftMetrics
import TallyTesting
import Testing

/// Random calls, with everything that swift-metrics can express.
@Suite(.timeLimit(.minutes(10)))
struct HostileTests {
    private static let texts = [
        "", "a", "a.b", "a-b", "a_b", "a_b_total", "a_seconds", "a_count", "a_sum", "a_bucket", "a_created", "_", "__",
        "1", "é", "e\u{301}", "\0", "\n", "\"", "\\", "le", "quantile", "__name__", "pod", "other", "tally_series",
        "process_cpu_seconds_total", "tally_swift_metrics_rejected_total", String(repeating: "x", count: 1_500),
    ]
    private static let amounts: [Double] = [
        0, -0.0, 1, -1, 0.5, .nan, .signalingNaN, .infinity, -.infinity, .greatestFiniteMagnitude,
        -.greatestFiniteMagnitude, .leastNonzeroMagnitude,
    ]
    private static let whole: [Int64] = [0, 1, -1, .min, .max, .max - 1]

    /// Makes one metric at random, uses it, and perhaps destroys it, once or twice.
    private static func call(_ factory: TallyMetricsFactory, _ random: inout some RandomNumberGenerator) {
        let label = texts.randomElement(using: &random) ?? ""
        let dimensions = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            (texts.randomElement(using: &random) ?? "", texts.randomElement(using: &random) ?? "")
        }
        let amount = amounts.randomElement(using: &random) ?? 0
        let integer = whole.randomElement(using: &random) ?? 0
        let destroys = Int.random(in: -2...2, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            let counter = factory.makeCounter(label: label, dimensions: dimensions)
            counter.increment(by: integer)
            for _ in 0..<max(0, destroys) { factory.destroyCounter(counter) }
            counter.reset()
            counter.increment(by: integer)
        case 1:
            let counter = factory.makeFloatingPointCounter(label: label, dimensions: dimensions)
            counter.increment(by: amount)
            for _ in 0..<max(0, destroys) { factory.destroyFloatingPointCounter(counter) }
            counter.increment(by: amount)
        case 2:
            let meter = factory.makeMeter(label: label, dimensions: dimensions)
            meter.set(amount)
            meter.increment(by: amount)
            for _ in 0..<max(0, destroys) { factory.destroyMeter(meter) }
            meter.decrement(by: amount)
            meter.set(integer)
        case 3, 4:
            let isAggregate = Bool.random(using: &random)
            let recorder = factory.makeRecorder(label: label, dimensions: dimensions, aggregate: isAggregate)
            recorder.record(amount)
            for _ in 0..<max(0, destroys) { factory.destroyRecorder(recorder) }
            recorder.record(integer)
        default:
            let timer = factory.makeTimer(label: label, dimensions: dimensions)
            timer.preferDisplayUnit(.days)
            timer.recordNanoseconds(integer)
            for _ in 0..<max(0, destroys) { factory.destroyTimer(timer) }
            timer.recordNanoseconds(integer)
        }
    }

    @Test(arguments: [NameValidation.legacy, .utf8])
    func randomCallsFromEightThreadsLeaveAValidExposition(_ validation: NameValidation) throws {
        let registry = MetricRegistry(constantLabels: ["pod": "a"], nameValidation: validation, exposesCreated: true)
        let factory = TallyMetricsFactory(registry: registry, maxChildren: 40)
        let problems = Locked<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            var random = SystemRandomNumberGenerator()
            for round in 0..<400 {
                Self.call(factory, &random)
                // A host that registers meanwhile takes the name.
                if thread == 0, round == 200 { ProcessMetrics.register(in: registry) }
                guard thread < 2, round % 40 == 0 else { continue }
                do {
                    let accept = round % 80 == 0 ? "application/openmetrics-text;version=1.0.0" : nil
                    _ = try registry.parsed(accept: accept)
                } catch {
                    problems.withLock { $0.append("\(error)") }
                }
            }
        }
        #expect(problems.withLock { $0 } == [])
        for accept in [nil, "application/openmetrics-text", "text/plain;version=1.0.0;escaping=allow-utf-8"] {
            let samples = try registry.parsed(accept: accept).samples
            let series = Set(samples.map { Array($0.series.utf8) })
            #expect(series.count == samples.count)
        }
        #expect(try registry.samples(of: "process_cpu_seconds_total").count == 1)
        #expect(factory.rejected.count <= 100)
    }
}
#endif
