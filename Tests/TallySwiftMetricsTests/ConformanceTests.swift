#if SwiftMetrics
import CoreMetrics
import Tally
import TallySwiftMetrics
import TallySwiftMetricsConformance
import Testing

/// The conformance suite, run on Tally's factory, and on two backends that do not conform.
@Suite(.timeLimit(.minutes(10)))
struct ConformanceTests {
    private static func tally(_ registry: MetricRegistry) -> MetricsBackend {
        MetricsBackend(TallyMetricsFactory(registry: registry)) {
            String(decoding: registry.exposition().body, as: UTF8.self)
        }
    }

    @Test(arguments: ConformanceCase.all)
    func tallyConforms(_ promise: ConformanceCase) {
        #expect(promise.findings(of: Self.tally(MetricRegistry())) == [])
    }

    @Test(arguments: ConformanceCase.all)
    func tallyConformsWithUTF8NamesAndConstantLabels(_ promise: ConformanceCase) {
        let registry = MetricRegistry(constantLabels: ["pod": "a"], nameValidation: .utf8, exposesCreated: true)
        // Its names have quotes, but not in this format.
        #expect(promise.findings(of: Self.tally(registry)) == [])
    }

    /// Every case that does not only ask for a valid exposition notices a backend that forgets everything.
    @Test func theSuiteFailsABackendThatForgetsEverything() {
        let forgetful = MetricsBackend(NOOPMetricsHandler.instance) { "" }
        let passed = ConformanceCase.all.filter { $0.findings(of: forgetful).isEmpty }.map(\.description)
        #expect(passed == ["a label of any length does no harm", "label names are limited"])
    }

    @Test func theSuiteFailsANaiveBackend() {
        let passed = ConformanceCase.all.filter { promise in
            let naive = NaiveFactory()
            return promise.findings(of: MetricsBackend(naive) { naive.text }).isEmpty
        }.map(\.description)
        #expect(
            passed == [
                "a label may be the name of a histogram's sample",
                "meters, gauges and recorders without aggregation share a series",
                "a destroyed handler and a new one share the series", "foreign handlers may be destroyed",
                "reset begins at zero", "meters rise and fall", "a full counter stays full",
                "no value spoils a gauge for good", "eight threads may make and destroy the same series",
            ]
        )
    }
}
#endif
