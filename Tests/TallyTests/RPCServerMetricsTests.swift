import TallyTesting
import Testing

@testable import Tally

/// The semantics of call metrics: https://opentelemetry.io/docs/specs/semconv/rpc/grpc/
struct RPCServerMetricsTests {
    private let clock = ManualClock()
    private let registry: MetricRegistry

    init() {
        registry = MetricRegistry(clock: clock)
    }

    private func count(_ method: String, _ status: String, _ error: String = "") throws -> String? {
        try registry.parsed()[
            "rpc_server_call_duration_seconds_count",
            ("rpc_system_name", "grpc"),
            ("rpc_method", method),
            ("rpc_status_code", status),
            ("error_type", error)
        ]
    }

    @Test func aCallIsMeasuredFromStartToFinish() throws {
        let rpc = RPCServerMetrics(in: registry, methods: ["chat.Chat/Send"])
        let call = rpc.start(method: "chat.Chat/Send")
        clock.advance(by: .milliseconds(20))
        call.finish(status: .ok)
        #expect(try count("chat.Chat/Send", "OK") == "1")
        let text = try registry.parsed()
        #expect(text.samples(of: "rpc_server_call_duration_seconds_sum").map(\.value) == ["0.02"])
        #expect(
            text.samples(of: "rpc_server_call_duration_seconds_count").first?.labels.map(\.name)
                == ["rpc_system_name", "rpc_method", "rpc_status_code", "error_type"]
        )
        #expect(try registry.lint().isEmpty)
    }

    @Test(arguments: RPCStatus.allCases)
    func onlyTheServersFaultsAreErrors(_ status: RPCStatus) throws {
        let faults: Set<RPCStatus> = [.unknown, .deadlineExceeded, .unimplemented, .internal, .unavailable, .dataLoss]
        RPCServerMetrics(in: registry).start(method: "a/B").finish(status: status)
        #expect(try count("a/B", status.rawValue, faults.contains(status) ? status.rawValue : "") == "1")
    }

    @Test func aStatusHasTheNumberThatGRPCGivesIt() {
        #expect(RPCStatus(code: 0) == .ok)
        #expect(RPCStatus(code: 4) == .deadlineExceeded)
        #expect(RPCStatus(code: 16) == .unauthenticated)
        for code in [-1, 17, .min, .max] { #expect(RPCStatus(code: code) == .unknown) }
    }

    @Test func aMethodThatTheServerLacksIsOther() throws {
        let rpc = RPCServerMetrics(in: registry, methods: ["a/B", "a/\u{E9}"])
        rpc.start(method: "a/C").finish(status: .unimplemented)
        rpc.start(method: "a/e\u{301}").finish(status: .ok)
        #expect(try count("_OTHER", "UNIMPLEMENTED", "UNIMPLEMENTED") == "1")
        #expect(try count("a/\u{E9}", "OK") == "1", "in the spelling of the list")
    }

    @Test func aCallWithoutAStatusHasAnError() throws {
        struct Mine: Error {}
        let rpc = RPCServerMetrics(in: registry)
        rpc.start(method: "a/B").finish(error: RequestError.connectionClosed)
        rpc.start(method: "a/B").finish(error: Mine())
        _ = rpc.start(method: "a/B")
        #expect(try count("a/B", "", "connection_closed") == "1")
        #expect(try count("a/B", "", "_OTHER") == "1")
        #expect(try count("a/B", "", "unfinished") == "1")
    }

    @Test func onlyTheFirstFinishCounts() throws {
        let call = RPCServerMetrics(in: registry).start(method: "a/B")
        call.finish(status: .ok, exemplar: ["trace_id": "4bf9"])
        call.finish(status: .internal)
        call.finish(error: CancellationError())
        let text = try registry.parsed()
        #expect(text.samples(of: "rpc_server_call_duration_seconds_count").map(\.value) == ["1"])
        let openMetrics = String(decoding: registry.exposition(as: .openMetrics).body, as: UTF8.self)
        #expect(openMetrics.contains(##" # {trace_id="4bf9"}"##))
    }
}
