import Foundation
import TallyTestSupport
import Testing

@testable import Tally

/// Python's protobuf decodes our messages by Prometheus' and OpenTelemetry's field numbers.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(
        if: PythonProtobuf.isInstalled("opentelemetry.proto.metrics") || Program.isRequired,
        "needs Python with prometheus-client and opentelemetry-proto"
    )
)
struct ProtobufJudgeTests {
    private enum Phase: String, LabelValue, CaseIterable { case starting, serving }

    /// A registry with a series of every kind.
    private static func registry() throws -> MetricRegistry {
        let registry = try MetricRegistry(
            clock: ContinuousClock(),
            wallSeconds: { 1_763_740_000.25 },
            constantLabels: [("zone", "a")]
        )
        let requests = try Counter.family(
            validating: "requests",
            help: "Requests \\ served.",
            labelNames: ["route"],
            in: registry
        )
        requests[["/\"a\"\\\n"]].increment(by: 3)
        requests[["/b"]].increment(by: 2, exemplar: ["trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"])
        Gauge("depth", help: "", in: registry).set(-1.5)
        Info("build", help: "B.", labels: ["version": "1.4"], in: registry)
        StateSet<Phase>("phase", help: "P.", in: registry).set(.serving)
        let latency = Histogram("latency_seconds", help: "L.", buckets: [0.5, 1], in: registry)
        for value in [0.25, 1, 7] { latency.observe(value) }
        let native = Histogram("rpc_seconds", help: "R.", native: .standard, in: registry)
        for value in [0, 0.5, 1, 1, 8, -2] { native.observe(value) }
        native.observe(1.05, exemplar: ["user": "u", "span_id": "00f067aa0ba902b7"])
        return registry
    }

    @Test func everyKindDecodesToItsGolden() async throws {
        try await onThread {
            let text = try PythonProtobuf.text(of: Self.registry().exposition(as: .protobuf).body)
            let golden = try Self.golden("protobuf")
            #expect(text == golden, "\(text)")
        }
    }

    @Test func otlpDecodesToItsGolden() async throws {
        try await onThread {
            let push = try Self.registry().otlp(resource: ["service.name": "chat", "a": "b"])
            #expect(push.method == "POST" && push.path == "/v1/metrics" && push.contentType == "application/x-protobuf")
            let text = try PythonProtobuf.text(ofOTLP: push.body)
            let golden = try Self.golden("otlp")
            #expect(text == golden, "\(text)")
        }
    }

    private static func golden(_ name: String) throws -> String {
        let file = URL(filePath: #filePath).appending(path: "../Goldens/\(name).txt").standardized
        return try String(contentsOf: file, encoding: .utf8)
    }

    @Test func randomRegistriesEqualTheirText() async throws {
        try await onThread {
            var cases: [PythonProtobuf.Case] = []
            for seed: UInt64 in 0..<1000 {
                let random = try RandomRegistry(seed: seed + 40_000)
                let exposition = { (format: ExpositionFormat) in Data(random.registry.exposition(as: format).body) }
                cases.append(
                    PythonProtobuf.Case(
                        seed: "\(seed)",
                        text: exposition(.prometheusText),
                        openMetrics: exposition(.openMetrics),
                        protobuf: exposition(.protobuf),
                        // OTLP has unescaped names.
                        otlp: random.hasUTF8Names ? Data() : Data(random.registry.otlp(resource: [:]).body)
                    )
                )
            }
            let verdict = try PythonProtobuf.compare(cases, createdAt: RandomRegistry.seconds)
            #expect(verdict.differences.isEmpty, "\(verdict.differences.prefix(3).joined(separator: "\n"))")
            #expect(verdict.samples > 5_000 && verdict.native > 100 && verdict.exemplars > 100)
            print(
                "Python's protobuf reads the same as the text says: 1000 registries, \(verdict.families) families,",
                "\(verdict.samples) samples, \(verdict.native) native histograms, \(verdict.exemplars) exemplars,",
                "\(verdict.differences.count) differences"
            )
        }
    }
}
