// Measures swift-prometheus for tally-bench: the operations that the arguments name, or all of them.
//
// Prints a JSON object of nanoseconds. With several threads, that is the wall time divided by the number of operations
// of all of them. Sources/TallyBench/Peers.swift lists the operations and builds this program. Registration takes time
// that grows with the square of the number of series, so there are no more than 1,000.
import Foundation
import Prometheus

struct Peer {
    let wanted = Set(CommandLine.arguments.dropFirst())
    var results: [String: Double] = [:]
    private let registry = PrometheusCollectorRegistry()

    private static func name(_ name: String, unit: String = "total") -> MetricNameDescriptor {
        MetricNameDescriptor(metricName: name, unitName: unit, helpText: "A metric.")
    }

    /// The nanoseconds in which each thread performs `count` operations.
    private func timed(_ threads: Int, _ count: Int, _ body: @escaping @Sendable (Int, Int) -> Void) -> Double {
        let start = DispatchTime.now()
        if threads == 1 {
            body(0, count)
        } else {
            let group = DispatchGroup()
            for thread in 0..<threads {
                group.enter()
                Thread.detachNewThread {
                    body(thread, count)
                    group.leave()
                }
            }
            group.wait()
        }
        return Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds)
    }

    /// Keeps the best of five repetitions of at least 10 ms.
    private mutating func measure(
        _ name: String,
        threads: Int = 1,
        _ body: @escaping @Sendable (_ thread: Int, _ count: Int) -> Void
    ) {
        let key = threads == 1 ? name : "\(name)_\(threads)_threads"
        guard wanted.isEmpty || wanted.contains(key) else { return }
        var count = 1000
        while timed(threads, count, body) < 10e6 { count *= 4 }
        let best = (0..<5).map { _ in timed(threads, count, body) }.min() ?? .nan
        results[key] = best / Double(count * threads)
    }

    mutating func increments() {
        let counter = registry.makeCounter(descriptor: Self.name("counter"))
        let bound = (0..<8).map { number in
            registry.makeCounter(descriptor: Self.name("children"), labels: [("number", "\(number)")])
        }
        for threads in [1, 2, 8] {
            measure("increment", threads: threads) { _, count in
                for _ in 0..<count { counter.increment() }
            }
            measure("increment_child", threads: threads) { thread, count in
                let child = bound[thread]
                for _ in 0..<count { child.increment() }
            }
        }
        measure("add") { _, count in
            for index in 0..<count { counter.increment(by: Int64(index & 7)) }
        }
    }

    mutating func lookups() {
        // A registry joins the parts of a name for each lookup, which the factory for swift-metrics does not.
        let factory = PrometheusMetricsFactory(registry: registry)
        for threads in [1, 2, 8] {
            measure("lookup_enum", threads: threads) { thread, count in
                let direction = thread & 1 == 0 ? "phone_to_binary" : "binary_to_phone"
                for _ in 0..<count {
                    factory.makeCounter(label: "directions_total", dimensions: [("direction", direction)])
                        .increment(by: 1)
                }
            }
            measure("lookup_two_enums", threads: threads) { thread, count in
                let outcome = thread & 1 == 0 ? "ok" : "client_error"
                for index in 0..<count {
                    let method = index & 1 == 0 ? "GET" : "POST"
                    factory.makeCounter(label: "routes_total", dimensions: [("method", method), ("outcome", outcome)])
                        .increment(by: 1)
                }
            }
            measure("lookup_two_strings", threads: threads) { thread, count in
                let path = "/api/v1/users/\(thread)/settings"
                for index in 0..<count {
                    let method = index & 1 == 0 ? "GET" : "POST"
                    factory.makeCounter(label: "pages_total", dimensions: [("method", method), ("path", path)])
                        .increment(by: 1)
                }
            }
        }
    }

    mutating func observations() {
        let gauge = registry.makeGauge(descriptor: Self.name("gauge", unit: "ratio"))
        let histogram = registry.makeValueHistogram(
            descriptor: Self.name("histogram", unit: "seconds"),
            buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
        )
        measure("set") { _, count in
            for index in 0..<count { gauge.set(Double(index)) }
        }
        let values = (0..<64).map { Double($0 * 37 % 64) / 20 }
        for threads in [1, 2] {
            measure("observe", threads: threads) { _, count in
                for index in 0..<count { histogram.record(values[index & 63]) }
            }
        }
    }

    mutating func text() {
        let registry = PrometheusCollectorRegistry()
        let requests = Self.name("requests_by_user")
        for index in 0..<1000 {
            let labels = [
                ("shard", String(format: "%04d", index % 1000)), ("user", String(format: "user %08d of us", index)),
            ]
            registry.makeCounter(descriptor: requests, labels: labels).increment(by: Int64(index))
        }
        measure("text_1000") { _, count in
            var buffer: [UInt8] = []
            for _ in 0..<count {
                buffer.removeAll(keepingCapacity: true)
                registry.emit(into: &buffer)
            }
        }
    }
}

var peer = Peer()
peer.increments()
peer.lookups()
peer.observations()
peer.text()
let encoder = JSONEncoder()
encoder.outputFormatting = .sortedKeys
print(String(decoding: try encoder.encode(peer.results), as: UTF8.self))
