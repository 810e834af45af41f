import Foundation
import TallyTestSupport
import Testing

@testable import Tally

/// A real Prometheus scrapes native histograms over protobuf.
@Suite(
    .serialized,
    .timeLimit(.minutes(10)),
    .enabled(if: Prometheus.isInstalled || Program.isRequired, "needs prometheus")
)
struct NativeHistogramJudgeTests {
    /// The growth of a bucket at schema 3, which bounds the relative error of a quantile.
    private static let growth = exp2(0.125)

    private func registry() -> (MetricRegistry, Histogram) {
        let registry = MetricRegistry(ownMetrics: false)
        return (registry, Histogram("rpc_seconds", help: "R.", native: .standard, in: registry))
    }

    /// Values over six orders of magnitude, in ascending order.
    private static let values = (0..<5000).map { 1e-4 * pow(10, 6 * Double($0) / 5000) }

    @Test func prometheusComputesQuantilesWithinABucket() async throws {
        let (registry, histogram) = registry()
        for value in Self.values { histogram.observe(value) }
        histogram.observe(0.25, exemplar: ["trace_id": "abc"])
        let target = try ScrapeTarget(registry)
        let prometheus = try await Prometheus(scraping: target.address, features: "native-histograms")
        let count = try await prometheus.query("histogram_count(rpc_seconds)") { $0.first?.value == 5001 }
        #expect(count.map(\.value) == [5001])
        #expect(target.acceptHeaders.contains { $0.contains("application/vnd.google.protobuf") })
        let sum = try await prometheus.query("histogram_sum(rpc_seconds)") { !$0.isEmpty }
        #expect(abs((sum.first?.value ?? 0) / (Self.values.reduce(0, +) + 0.25) - 1) < 1e-9)
        for quantile in [0.01, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999] {
            let found = try await prometheus.query("histogram_quantile(\(quantile), rpc_seconds)") { !$0.isEmpty }
            let exact = Self.values[Int(quantile * 5000)]
            let ratio = (found.first?.value ?? 0) / exact
            #expect(ratio > 1 / Self.growth && ratio < Self.growth, "\(quantile): \(found) for \(exact)")
        }
        let exemplars = try await prometheus.exemplars("rpc_seconds")
        #expect(exemplars.contains(["trace_id": "abc"]), "\(exemplars)")
        #expect(prometheus.stop() == 0)
    }

    @Test(
        .enabled(
            if: PythonProtobuf.isInstalled("google.protobuf") || Program.isRequired,
            "pip install protobuf prometheus-client"
        )
    )
    func prometheusFollowsAHalvedSchemaAndARestart() async throws {
        let (registry, histogram) = registry()
        for value in Self.values { histogram.observe(value) }
        let target = try ScrapeTarget(registry)
        let prometheus = try await Prometheus(scraping: target.address, features: "native-histograms")
        _ = try await prometheus.query("histogram_count(rpc_seconds)") { $0.first?.value == 5000 }
        // 240 more buckets halve the schema.
        for step in 0..<240 { histogram.observe(1e3 * exp2(Double(step) / 8)) }
        let after = try await prometheus.query("histogram_count(rpc_seconds)") { $0.first?.value == 5240 }
        #expect(after.map(\.value) == [5240])
        let message = registry.exposition(as: .protobuf)
        #expect(try Self.schema(message.body) < 3)
        let median = try await prometheus.query("histogram_quantile(0.5, rpc_seconds)") { !$0.isEmpty }
        let ratio = (median.first?.value ?? 0) / Self.values[2620]
        #expect(ratio > 1 / exp2(0.5) && ratio < exp2(0.5), "\(median)")
        // A falling schema is no reset: the increase is that of the count, and is not negative.
        let increase = try await prometheus.query("histogram_count(increase(rpc_seconds[5m]))") { !$0.isEmpty }
        #expect((increase.first?.value ?? -1) >= 0, "\(increase)")

        let (other, restarted) = self.registry()
        for _ in 0..<7 { restarted.observe(2) }
        target.restart(other)
        let small = try await prometheus.query("histogram_count(rpc_seconds)") { $0.first?.value == 7 }
        #expect(small.map(\.value) == [7])
        let total = try await prometheus.query("histogram_count(increase(rpc_seconds[5m]))") {
            ($0.first?.value ?? 0) > 0
        }
        #expect((total.first?.value ?? -1) > 0, "a restart is a reset: \(total)")
        #expect(prometheus.stop() == 0)
    }

    private static func schema(_ body: [UInt8]) throws -> Int {
        // The field `schema` of the only histogram, as a zigzag varint after its tag.
        let text = try PythonProtobuf.text(of: body)
        let match = text.firstMatch(of: #/schema: (-?\d+)/#)
        return match.flatMap { Int($0.1) } ?? 0
    }

    @Test func aServerWithoutTheFeatureReadsTheText() async throws {
        let (registry, histogram) = registry()
        histogram.observe(3)
        let target = try ScrapeTarget(registry)
        let prometheus = try await Prometheus(scraping: target.address)
        let count = try await prometheus.query("rpc_seconds_count") { $0.first?.value == 1 }
        #expect(count.map(\.value) == [1])
        #expect(prometheus.stop() == 0)
    }
}
