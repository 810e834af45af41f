import Tally
import TallyTesting
import Testing
import Tracing

// GUIDE InstrumentAServer tracing
struct Headers: Injector {
    func inject(_ value: String, forKey key: String, into headers: inout [String: String]) { headers[key] = value }
}

func exemplarOfCurrentTrace() -> Exemplar? {
    guard let context = ServiceContext.current else { return nil }
    var headers: [String: String] = [:]
    InstrumentationSystem.instrument.inject(context, into: &headers, using: Headers())
    let parts = (headers["traceparent"] ?? "").split(separator: "-")
    guard parts.count >= 4, let flags = UInt8(parts[3], radix: 16), flags & 1 == 1 else { return nil }
    return ["trace_id": String(parts[1]), "span_id": String(parts[2])]
}
// END

/// Exemplars from the current span of swift-distributed-tracing, whatever the backend.
@Suite(.serialized)
struct TracingExemplarTests {
    private let registry = MetricRegistry(exemplars: exemplarOfCurrentTrace)

    init() {
        Backend.bootstrap()
    }

    /// The lines with exemplars after an observation in this context.
    private func exemplars(in header: String?) throws -> [Substring] {
        let latency = Histogram("wait_seconds", help: "Wait.", in: registry)
        var context = ServiceContext.topLevel
        context.traceparent = header
        ServiceContext.withValue(context) { latency.observe(0.25) }
        let body = registry.exposition(as: .openMetrics).body
        _ = try ExpositionParser(.openMetrics).parse(body)
        return String(decoding: body, as: UTF8.self).split(separator: "\n").filter { $0.contains(" # {") }
    }

    @Test func anObservationInASampledSpanLinksToItsTrace() throws {
        let lines = try exemplars(in: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        #expect(lines.count == 1)
        #expect(
            lines[0].contains(
                ##"1 # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736",span_id="00f067aa0ba902b7"} 0.25 "##
            )
        )
    }

    @Test(
        arguments: [nil, "", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", "00-abc", "-----", "a-b-c-zz"]
    )
    func anObservationOutsideOfASampledSpanHasNone(_ header: String?) throws {
        #expect(try exemplars(in: header).isEmpty)
    }

    @Test func anObservationWithoutAContextHasNone() {
        let served = Counter("served_total", help: "Served.", in: registry)
        served.increment()
        #expect(!String(decoding: registry.exposition(as: .openMetrics).body, as: UTF8.self).contains(" # {"))
    }
}

/// An instrument that writes the header of its own context, as a tracer does.
private struct Backend: Instrumentation.Instrument {
    private static let isBootstrapped: Bool = {
        InstrumentationSystem.bootstrap(Backend())
        return true
    }()

    static func bootstrap() { _ = isBootstrapped }

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        context.traceparent = extractor.extract(key: "traceparent", from: carrier)
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        if let header = context.traceparent { injector.inject(header, forKey: "traceparent", into: &carrier) }
    }
}

private enum TraceparentKey: ServiceContextKey {
    typealias Value = String
}

extension ServiceContext {
    fileprivate var traceparent: String? {
        get { self[TraceparentKey.self] }
        set { self[TraceparentKey.self] = newValue }
    }
}
