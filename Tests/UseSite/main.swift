// A user's program, which must compile and run unchanged whatever the implementation.

import Tally
import TallyHealthcheck

// 1. Labels: names belong to a type, values to a call.

struct Route: LabelSet {
    enum Method: String, LabelValue {
        case get = "GET"
        case post = "POST"
        case other
    }
    enum Outcome: String, LabelValue {
        case ok
        case clientError = "client_error"
        case serverError = "server_error"
    }
    var method: Method
    var outcome: Outcome
    static let schema: [Label<Self>] = [Label("method", \.method), Label("outcome", \.outcome)]
}

/// One closed label: the enum is the whole label set, and every series exists, at zero, from boot.
enum Direction: String, LabelSet, LabelValue, CaseIterable {
    case phoneToBinary = "phone_to_binary"
    case binaryToPhone = "binary_to_phone"
    static let schema: [Label<Self>] = [Label("direction", \.self)]
}

// 2. Instruments: initialisers register; handles are small Sendable values.

struct ServerMetrics: Sendable {
    let connections: Counter
    let bytesSent: Counter
    let clients: Gauge
    let frames: Family<Direction, Counter>
    let requests: Family<Route, Counter>
    let latency: Family<Route, Histogram>
    let activeUsers: ActiveUsers

    init(in registry: MetricRegistry, queueDepth: @escaping @Sendable () -> Double) {
        connections = Counter("websocket_connections_total", help: "Connections accepted since boot.", in: registry)
        bytesSent = Counter("websocket_sent_bytes_total", help: "Bytes written to clients.", in: registry)
        clients = Gauge("websocket_connected_clients", help: "Clients connected now.", in: registry)
        frames = Family("relay_frames_forwarded_total", help: "Frames forwarded, by direction.", in: registry)
        requests = Family("http_requests_total", help: "Requests served.", maxChildren: 500, in: registry)
        latency = Family("http_request_duration_seconds", help: "Time to respond.", buckets: .latency, in: registry)
        activeUsers = ActiveUsers(
            "active_users",
            help: "Distinct users seen in the window.",
            windows: [.hours(24), .days(7)],
            in: registry
        )
        ObservedGauge("queue_depth", help: "Lines waiting to be sent.", in: registry, queueDepth)
    }
}

let registry = MetricRegistry()
let metrics = ServerMetrics(in: registry, queueDepth: { 3 })

// 3. In a handler. A bound handle costs one relaxed atomic add.

let served = metrics.requests[Route(method: .get, outcome: .ok)]
let timer = metrics.latency[Route(method: .get, outcome: .ok)]

func handle(userID: String) async throws -> Int {
    metrics.activeUsers.record(userID)
    // At once, without a handle. `frames[.phoneToBinary]` makes one to keep.
    metrics.frames.increment(for: .phoneToBinary)
    metrics.bytesSent.increment(by: 512)
    return try await metrics.clients.withIncrement {
        let answer = try await timer.time { try await respond() }
        served.increment()
        return answer
    }
}
func respond() async throws -> Int { 200 }

// 4. The /metrics route: one call gives body and Content-Type.

func metricsRoute(accept: String?) -> (body: [UInt8], contentType: String) {
    let exposition = registry.exposition(accept: accept)
    return (exposition.body, exposition.contentType)
}

/// All options of a scrape: format, gzip, `name[]`, timeout. Never fails; invalid options are ignored.
func scrapeRoute(accept: String?, acceptEncoding: String?, query: String?, timeout: String?) -> Exposition {
    registry.exposition(
        for: ScrapeRequest(accept: accept, acceptEncoding: acceptEncoding, query: query, timeout: timeout)
    )
}

/// A large registry is written in chunks, never as one buffer.
func streamMetrics(to write: (UnsafeRawBufferPointer) throws -> Void) throws {
    try registry.write(as: .prometheusText, to: write)
}

// 5. The healthcheck route.

struct Database: Sendable { func count(_ table: String) async throws -> Int { 2 } }
let database = Database()

let healthcheck = Healthcheck(
    service: ServiceInfo(name: "chat", version: "1.4.2"),
    providers: [
        SnapshotProvider(
            "database",
            keys: ["sessions", "clients", "queuedLines", "channels"],
            critical: true,
            timeout: .milliseconds(500),
            maxAge: .seconds(5)
        ) {
            [
                "sessions": .integer(try await database.count("sessions")),
                "clients": .integer(try await database.count("clients")),
                "queuedLines": .integer(try await database.count("queue")),
                "channels": .integer(try await database.count("channels")),
            ]
        },
        .counters(["connectionsSinceBoot": metrics.connections]),
        .activeUsers("activeUsers", metrics.activeUsers),
    ]
)

func healthRoute() async -> (status: Int, body: [UInt8], headers: [(name: String, value: String)]) {
    let document = await healthcheck.document()
    return (document.httpStatus, document.body, document.headers)
}

// 6. A fleet: instances that share a key export sketches whose union an existing engine computes.

let fleetUsers = ActiveUsers(
    "fleet_users",
    help: "Distinct users of this instance.",
    windows: [.hours(24)],
    key: HashKey(bytes: Array(0..<16)),
    in: registry
)
fleetUsers.record("alice")
let sketch = fleetUsers.sketch(over: .hours(24))
var union = try DistinctSketch(bytes: sketch.bytes(for: .redis), from: .redis)  // .postgresql, .dataSketches
try union.merge(sketch)
print(union.estimate)

// 7. Names that come at run time, and a test's clock.

let dynamic = try Counter(validating: "jobs_" + "done_total", help: "Jobs done.", in: registry)
dynamic.increment()
let byQueue = try Counter.family(
    validating: "queue_jobs_total",
    help: "Jobs by queue.",
    labelNames: ["queue", "state"],
    in: registry
)
byQueue[["mail", "done"]].increment()
let testRegistry = MetricRegistry(clock: SuspendingClock())
print(String(decoding: testRegistry.exposition(as: .json).body, as: UTF8.self))

// 8. Totals that are kept elsewhere; a family whose real label sets no junk can push out; a native histogram.

ObservedCounter("pool_connects_total", help: "Connections made by the pool.", in: registry) { 7 }
struct Page: LabelSet {
    var route: String
    static let schema: [Label<Self>] = [Label("route", \.route)]
}
let pages = Family<Page, Counter>(
    "pages_total",
    help: "Pages by route.",
    maxChildren: 100,
    reserved: [Page(route: "/"), Page(route: "/about")],
    in: registry
)
pages.increment(for: Page(route: "/about"))
pages.increment(by: 2, for: Page(route: "/"))
metrics.latency.observe(.milliseconds(3), for: Route(method: .get, outcome: .ok))
let rpc = Histogram("rpc_seconds", help: "Time of a call.", native: .standard, in: registry)
rpc.observe(.milliseconds(12))

// 10. Push: bytes for the host's own client.

let push = registry.pushgateway(job: "backup", grouping: ["instance": "web-1"])
print(push.method, push.path, push.contentType, push.body.count)

// 9. Requests, by OpenTelemetry's conventions, for whatever framework.

let http = HTTPServerMetrics(in: registry)
let call = http.start(method: "GET", scheme: .https)
call.finish(route: "/users/{id}", status: 200)

_ = try await handle(userID: "alice")
_ = scrapeRoute(accept: "text/plain", acceptEncoding: "gzip", query: "name[]=active_users", timeout: "10")
print(String(decoding: metricsRoute(accept: nil).body, as: UTF8.self))
print(String(decoding: await healthRoute().body, as: UTF8.self))
print(
    metrics.connections.value,
    metrics.clients.value,
    metrics.activeUsers.counts(),
    metrics.frames[.binaryToPhone].value
)
