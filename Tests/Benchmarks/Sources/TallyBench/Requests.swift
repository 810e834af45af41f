import Tally

/// Requests and calls, from start to finish, with the two readings of the clock.
struct Requests: Sendable {
    private let http: HTTPServerMetrics
    private let sized: HTTPServerMetrics
    private let full: HTTPServerMetrics
    private let rpc: RPCServerMetrics
    private static let routes = (0..<8).map { "/api/v1/users/{id}/settings/\($0)" }
    private static let methods = (0..<8).map { "chat.v1.ChatService/Send\($0)" }
    private static let count = 400_000

    init() {
        http = HTTPServerMetrics(in: MetricRegistry(), routes: Self.routes)
        sized = HTTPServerMetrics(in: MetricRegistry(), routes: Self.routes, bodySizes: true)
        full = HTTPServerMetrics(in: MetricRegistry(), routes: Self.routes, maxChildren: 100)
        rpc = RPCServerMetrics(in: MetricRegistry(), methods: Self.methods)
        for index in 0..<100 { full.start(method: "GET", scheme: .https).finish(route: "/\(index)", status: 200) }
    }

    func rows() -> [Row] {
        var rows: [Row] = []
        func add(
            _ name: String,
            atMost limit: Double,
            _ body: @escaping @Sendable (_ thread: Int, _ count: Int) -> Void
        ) {
            let samples = Verbs.threadCounts.map { Verbs.measure(threads: $0, count: Self.count, body) }
            for (threads, sample) in zip(Verbs.threadCounts, samples) {
                let title = RowName.verb(name, threads: threads)
                if threads == 1 {
                    rows.append(row(title, sample, unit: "ns", atMost: limit, "≤ \(limit) ns"))
                } else {
                    rows.append(row(title, sample, unit: "ns", atMost: 8, times: samples[0], "1 thread"))
                }
            }
        }
        add("start and finish a request", atMost: 300) { thread, count in
            let route = Self.routes[thread]
            for _ in 0..<count { http.start(method: "GET", scheme: .https).finish(route: route, status: 200) }
        }
        add("start and finish a request, with body sizes", atMost: 450) { thread, count in
            let route = Self.routes[thread]
            for index in 0..<count {
                sized.start(method: "POST", scheme: .https)
                    .finish(route: route, status: 201, requestBytes: index, responseBytes: 512)
            }
        }
        add("start and finish a request of an unknown route, full", atMost: 1000) { thread, count in
            for index in 0..<count {
                full.start(method: "JUNK", scheme: .https).finish(route: "/junk/\(thread)/\(index)", status: 404)
            }
        }
        add("start and finish a call", atMost: 300) { thread, count in
            let method = Self.methods[thread]
            for _ in 0..<count { rpc.start(method: method).finish(status: .ok) }
        }
        return rows
    }
}
