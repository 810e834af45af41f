import TallyTestSupport
import TallyTesting
import Testing

@testable import Tally

/// Clients and careless adapters that try to fill the metrics of requests, and races.
struct RequestLimitTests {
    private let registry = MetricRegistry()
    private static let routes = ["/", "/users/{id}", "/login", "/a\"b\\c", "/é"]

    private func counts(of metric: String, by label: String) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for sample in try registry.parsed().samples(of: metric + "_count") {
            let value = sample.labels.first { $0.name == label }.map { String(decoding: $0.value, as: UTF8.self) }
            counts[value ?? "", default: 0] += Int(sample.value) ?? 0
        }
        return counts
    }

    @Test(.timeLimit(.minutes(10)))
    func aMillionJunkMethodsAndPathsLeaveEveryRouteExact() async throws {
        let http = HTTPServerMetrics(in: registry, routes: Self.routes, maxChildren: 1_000)
        try await onThread {
            for index in 0..<1_000_000 {
                http.start(method: "METHOD\(index)", scheme: .http).finish(route: "/junk/\(index)", status: 200)
                if index % 10_000 == 9_999 {
                    // New label sets of known routes, when the family has long been full.
                    let status = 200 + index / 10_000
                    for route in Self.routes {
                        http.start(method: "GET", scheme: .https).finish(route: route, status: status)
                    }
                    http.start(method: "GET", scheme: .https).finish(route: nil, status: 404)
                }
            }
        }
        let counts = try counts(of: "http_server_request_duration_seconds", by: "http_route")
        for route in Self.routes { #expect(counts[route] == 100, "\(route)") }
        #expect(counts[""] == 100)
        #expect(counts["other"] == 999_000)
        let family = http.instruments.durations
        #expect(family.count == 1_000 + 100 * Self.routes.count + 1 + 1)
        family.core.storage._checkInvariants()
    }

    @Test func junkCannotTakeThePlaceOfARouteThatWasNeverSeen() throws {
        let http = HTTPServerMetrics(in: registry, routes: ["/rare"], bodySizes: true, maxChildren: 10)
        for index in 0..<100 {
            http.start(method: "GET", scheme: .http)
                .finish(route: "/\(index)", status: 200, requestBytes: 1, responseBytes: 1)
        }
        http.start(method: "GET", scheme: .http).finish(route: "/rare", status: 200, requestBytes: 7, responseBytes: 9)
        for metric in ["request_duration_seconds", "request_body_size_bytes", "response_body_size_bytes"] {
            #expect(try counts(of: "http_server_\(metric)", by: "http_route")["/rare"] == 1)
            #expect(try counts(of: "http_server_\(metric)", by: "http_route")["other"] == 90)
        }
    }

    @Test func aRouteNamedOtherIsNotTheOverflowChild() throws {
        let http = HTTPServerMetrics(in: registry, routes: ["other"], maxChildren: 1)
        for route in ["/a", "/b", "other"] {
            http.start(method: "GET", scheme: .http).finish(route: route, status: 200)
        }
        let samples = try registry.parsed().samples(of: "http_server_request_duration_seconds_count")
        #expect(samples.count == 3)
        http.instruments.durations.core.storage._checkInvariants()
    }

    @Test func routesOfALaterRegistrationCountFromThenOn() throws {
        let first = HTTPServerMetrics(in: registry, maxChildren: 2)
        for route in ["/a", "/b", "/c"] {
            first.start(method: "GET", scheme: .http).finish(route: route, status: 200)
        }
        let second = HTTPServerMetrics(in: registry, routes: ["/a", "/c"], maxChildren: 2)
        second.instruments.durations.core.storage._checkInvariants()
        for http in [first, second] { http.start(method: "GET", scheme: .http).finish(route: "/c", status: 200) }
        #expect(
            try counts(of: "http_server_request_duration_seconds", by: "http_route")
                == ["/a": 1, "/b": 1, "other": 1, "/c": 2]
        )
    }

    @Test func aMillionJunkCallsLeaveEveryMethodExact() throws {
        let rpc = RPCServerMetrics(in: registry, methods: ["chat.Chat/Send"], maxChildren: 100)
        let careless = RPCServerMetrics(in: registry, maxChildren: 100)
        for index in 0..<100_000 { rpc.start(method: "junk/\(index)").finish(status: .unimplemented) }
        for index in 0..<10_000 { careless.start(method: "junk/\(index)").finish(status: .unimplemented) }
        for code in 0...16 { rpc.start(method: "chat.Chat/Send").finish(status: RPCStatus(code: code)) }
        let counts = try counts(of: "rpc_server_call_duration_seconds", by: "rpc_method")
        #expect(counts["chat.Chat/Send"] == 17)
        #expect(counts["_OTHER"] == 100_000)
        #expect(counts["other"] == 9_900)
        rpc.instruments.durations.core.storage._checkInvariants()
    }

    // MARK: Races

    @Test(.timeLimit(.minutes(10)))
    func concurrentFinishesReleasesAndScrapesCountEachCallOnce() async throws {
        let http = HTTPServerMetrics(in: registry, routes: ["/"])
        let rounds = 2_000
        for round in 0..<rounds {
            var call: HTTPServerMetrics.Call? = http.start(method: "GET", scheme: .http)
            await withTaskGroup(of: Void.self) { group in
                for status in [200, 201, 202] {
                    // Some rounds release the call unfinished, on whichever thread is last.
                    group.addTask { [call] in
                        if round % 4 != 0 { call?.finish(route: "/", status: status) }
                    }
                }
                if round % 50 == 0 { group.addTask { [registry] in _ = registry.exposition() } }
                call = nil
            }
        }
        let counts = try counts(of: "http_server_request_duration_seconds", by: "error_type")
        #expect(counts == ["": rounds * 3 / 4, "unfinished": rounds / 4])
        let text = try registry.parsed()
        #expect(text.samples(of: "http_server_active_requests").map(\.value) == ["0"])
    }

    @Test(.timeLimit(.minutes(10)))
    func requestsInFlightReturnToZeroWhateverHappens() async throws {
        struct Failure: Error {}
        let http = HTTPServerMetrics(in: registry, routes: Self.routes)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for thread in 0..<4 {
                group.addTask {
                    try await onThread {
                        for index in 0..<5_000 {
                            let call = http.start(method: "M\(index % 20)", scheme: index % 2 == 0 ? .http : .https)
                            switch (index + thread) % 4 {
                            case 0: call.finish(route: Self.routes[index % 5], status: 200)
                            case 1: call.finish(route: nil, status: 500, error: Failure())
                            case 2: call.finish(route: "/\(index % 500)", error: CancellationError())
                            default: break
                            }
                        }
                    }
                }
            }
            group.addTask { [registry] in
                try await onThread { for _ in 0..<50 { _ = registry.exposition() } }
            }
            try await group.waitForAll()
        }
        let text = try registry.parsed()
        #expect(text.samples(of: "http_server_active_requests").allSatisfy { $0.value == "0" })
        let counts = try counts(of: "http_server_request_duration_seconds", by: "error_type")
        #expect(counts.values.reduce(0, +) == 20_000)
    }
}
