import GRPCCore
import HostsTestSupport
import Tally
import TallyTesting
import Testing

@testable import GRPCHost

/// The call metrics of a gRPC server, called over real HTTP/2.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct CallTests {
    private func running(
        _ host: GRPCHost,
        _ body: @escaping @Sendable (_ port: Int, _ metrics: Int) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
            group.addTask {
                try await host.run { port, metrics in
                    try await body(port, metrics)
                    continuation.finish()
                }
            }
            group.addTask { for await _ in ends {} }
            try await group.next()
            group.cancelAll()
            try? await group.waitForAll()
        }
    }

    /// The finished calls by method, status and error type. Without zeros.
    private static func calls(_ registry: MetricRegistry) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for sample in try registry.samples(of: "rpc_server_call_duration_seconds_count") where sample.value > 0 {
            let labels = ["rpc_method", "rpc_status_code", "error_type"]
            let words = labels.compactMap { sample[label: $0] }.filter { !$0.isEmpty }
            counts[words.joined(separator: " "), default: 0] += Int(sample.value)
        }
        return counts
    }

    @Test func everyCallIsCountedWithTheStatusOfItsEnd() async throws {
        let host = GRPCHost()
        try await running(host) { [registry = host.registry] port, _ in
            try await EchoClient.connected(to: port) { client in
                #expect(try await client.call(.echo(.get), [1, 2]).messages == [[1, 2]])
                #expect(try await client.call(.echo(.expand), [1, 2, 3]).messages == [[1], [2], [3]])
                #expect(try await client.call(.echo(.collect), [1], [2], [3]).messages == [[1, 2, 3]])
                #expect(try await client.call(.echo(.refuse), [1]).status == "invalidArgument")
                let broken = try await client.call(.echo(.breakOff), [9])
                #expect(broken.messages == [[9]])
                #expect(broken.status == "dataLoss")
                #expect(try await client.call(.echo(.crash), [1]).status == "unknown")
                let missing = MethodDescriptor(fullyQualifiedService: "echo.Echo", method: "Missing")
                #expect(try await client.call(missing, [1]).status == "unimplemented")
                try await eventually { try Self.calls(registry).values.reduce(0, +) == 6 }
                #expect(
                    try Self.calls(registry) == [
                        "echo.Echo/Get OK": 1, "echo.Echo/Expand OK": 1, "echo.Echo/Collect OK": 1,
                        "echo.Echo/Refuse INVALID_ARGUMENT": 1, "echo.Echo/BreakOff DATA_LOSS DATA_LOSS": 1,
                        "echo.Echo/Crash UNKNOWN UNKNOWN": 1,
                    ]
                )
            }
        }
    }

    @Test(.needs("prometheus"))
    func prometheusCountsWhatTheClientSends() async throws {
        let (clients, perClient) = (8, 250)
        try await running(GRPCHost()) { port, metrics in
            let prometheus = try await Prometheus(scraping: metrics)
            try await EchoClient.connected(to: port) { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<clients {
                        group.addTask {
                            for number in 0..<perClient {
                                let answer = try await client.call(.echo(.get), [1])
                                #expect(answer.status == "ok")
                                guard number % 10 == 0 else { continue }
                                #expect(try await client.call(.echo(.refuse), [1]).status == "invalidArgument")
                                #expect(try await client.call(.echo(.expand), [1, 2]).messages.count == 2)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            for (labels, sent) in [
                (#"rpc_method="echo.Echo/Get",rpc_status_code="OK""#, clients * perClient),
                (#"rpc_method="echo.Echo/Refuse",rpc_status_code="INVALID_ARGUMENT""#, clients * perClient / 10),
                (#"rpc_method="echo.Echo/Expand",rpc_status_code="OK""#, clients * perClient / 10),
            ] {
                let query = "sum(rpc_server_call_duration_seconds_count{\(labels)})"
                let counted = try await prometheus.value(of: query, awaiting: Double(sent))
                #expect(counted == Double(sent), "\(query)")
                print("the client sent \(sent)\n    \(query) = \(counted.map { "\($0)" } ?? "")")
            }
        }
    }

    @Test func clientsThatVanishAreCountedOnce() async throws {
        let host = GRPCHost()
        try await running(host) { [registry = host.registry] port, _ in
            try await EchoClient.connected(to: port) { client in
                for _ in 0..<10 {
                    let (messages, arrived) = AsyncStream.makeStream(of: Void.self)
                    let call = Task { _ = try await client.call(.echo(.flood), [1], onMessage: { arrived.yield() }) }
                    for await _ in messages { break }
                    call.cancel()
                    _ = await call.result
                }
                try await eventually { try Self.calls(registry).values.reduce(0, +) == 10 }
                #expect(try Self.calls(registry) == ["echo.Echo/Flood CANCELLED": 10])
            }
        }
    }

    @Test func junkMakesNoSeries() async throws {
        let host = GRPCHost()
        try await running(host) { [registry = host.registry] port, _ in
            try await EchoClient.connected(to: port) { client in
                for number in 0..<200 {
                    let junk = MethodDescriptor(fullyQualifiedService: "junk.\(number)", method: "M\(number)")
                    let answer = try await client.call(junk, [1])
                    #expect(answer.status == "unimplemented")
                }
                for _ in 0..<20 { #expect(try await client.call(.echo(.get), [1]).status == "ok") }
            }
            try await HostileRequests.send(to: port, count: 10)
            try await eventually { try Self.calls(registry) == ["echo.Echo/Get OK": 20] }
            try registry.expectNoLint()
        }
    }

    @Test func aCallLastsUntilTheEndOfItsStream() async throws {
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock)
        let metrics = CallMetrics(rpc: RPCServerMetrics(in: registry, methods: EchoService.methods))
        let method = EchoService.Method.get.descriptor
        let response = try await withServerContextRPCCancellationHandle { cancellation in
            try await metrics.intercept(
                request: StreamingServerRequest<[UInt8]>(
                    metadata: [:],
                    messages: RPCAsyncSequence(wrapping: AsyncThrowingStream<[UInt8], any Error> { $0.finish() })
                ),
                context: ServerContext(
                    descriptor: method,
                    remotePeer: "in-process",
                    localPeer: "in-process",
                    cancellation: cancellation
                )
            ) { _, _ in
                clock.advance(by: .seconds(1))
                return StreamingServerResponse<[UInt8]> { _ in
                    clock.advance(by: .seconds(2))
                    return [:]
                }
            }
        }
        #expect(try Self.calls(registry) == [:])
        _ = try await response.accepted.get().producer(RPCWriter(wrapping: Discarded()))
        #expect(try Self.calls(registry) == ["echo.Echo/Get OK": 1])
        let seconds = try registry.samples(of: "rpc_server_call_duration_seconds_sum").map(\.value).reduce(0, +)
        #expect(seconds == 3)
    }

    private struct Discarded: RPCWriterProtocol {
        func write(_ element: [UInt8]) async throws {}
        func write(contentsOf elements: some Sequence<[UInt8]>) async throws {}
    }
}

extension MethodDescriptor {
    static func echo(_ method: EchoService.Method) -> MethodDescriptor { method.descriptor }
}
