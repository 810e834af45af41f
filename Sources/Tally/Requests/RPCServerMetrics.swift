/// The call metrics of a gRPC server, under the names of OpenTelemetry's semantic conventions, for any framework.
///
/// ```swift
/// let rpc = RPCServerMetrics(in: registry, methods: ["chat.Chat/Send"])
/// let call = rpc.start(method: "chat.Chat/Send")
/// call.finish(status: .ok)
/// ```
///
/// The metric is `rpc_server_call_duration_seconds`, with the labels `rpc_system_name` (`grpc`), `rpc_method`,
/// `rpc_status_code` and `error_type`. Its `_count` is the number of calls. `error_type` is an ``RPCStatus`` that is an
/// error of the server, or a ``RequestError``. Otherwise it is empty.
///
/// The label sets of `methods` do not count towards `maxChildren`. Every other method is `_OTHER`, so clients cannot
/// create series.
///
/// https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics/#metric-rpcservercallduration
public struct RPCServerMetrics: Sendable {
    let instruments: Instruments

    /// Registers the metric, or returns the registered one. Traps if the name has another definition.
    ///
    /// - Parameters:
    ///   - registry: The registry that exposes the metric.
    ///   - methods: The full names of the server's methods. If empty, every method is a label value under its own name:
    ///     only for a host that never starts a call of an unknown method.
    ///   - maxChildren: The maximum number of label sets of other methods.
    public init(in registry: MetricRegistry, methods: [String] = [], maxChildren: Int = 10_000) {
        self.init(in: registry, durations: Histogram.layout(.http), methods, maxChildren)
    }

    init(in registry: MetricRegistry, durations: InstrumentLayout, _ methods: [String], _ maxChildren: Int) {
        instruments = Instruments(in: registry, durations, methods, maxChildren)
    }

    /// Starts the measurement of a call. Lock-free; allocates the call.
    ///
    /// - Parameter method: The full name, without a leading slash: `package.Service/Method`.
    public func start(method: String) -> Call {
        Call(instruments, method: instruments.label(of: method))
    }

    /// Shared by all calls, each of which holds one reference.
    final class Instruments: Sendable {
        let durations: Family<CallLabels, Histogram>
        let context: RegistryContext
        /// Empty if all methods are known.
        private let methods: Set<String>

        init(in registry: MetricRegistry, _ layout: InstrumentLayout, _ methods: [String], _ maxChildren: Int) {
            self.methods = Set(methods)
            durations = Family(
                literal: FamilyRequest(
                    standard: "rpc_server_call_duration_seconds",
                    "Duration of RPC server calls.",
                    layout,
                    maxChildren: maxChildren,
                    isMirrored: false
                ),
                in: registry
            )
            durations.reserve(methods + ["_OTHER"], ofLabel: CallLabels.methodName)
            context = registry.context
        }

        func label(of method: String) -> String {
            guard !methods.isEmpty else { return method }
            // The spelling of the list, because strings of different bytes can be equal.
            return methods.firstIndex(of: method).map { methods[$0] } ?? "_OTHER"
        }
    }
}

/// The labels of a finished call.
struct CallLabels: LabelSet {
    enum System: String, LabelValue { case grpc }

    var system = System.grpc
    var method: String
    var status: RPCStatus?
    var error: ErrorType

    static let methodName = "rpc_method"
    static let schema: [Label<Self>] = [
        Label("rpc_system_name", \.system), Label("rpc_method", \.method), Label("rpc_status_code", \.status),
        Label("error_type", \.error),
    ]
}
