import Tally

/// The metrics of the simulated server, declared as a real server would declare them.
struct ChatMetrics: Sendable {
    struct Route: LabelSet {
        enum Method: String, LabelValue {
            case get = "GET"
            case post = "POST"
        }
        enum Outcome: String, LabelValue {
            case ok
            case clientError = "client_error"
        }
        var method: Method
        var outcome: Outcome
        static let schema: [Label<Self>] = [Label("method", \.method), Label("outcome", \.outcome)]
    }

    struct Room: LabelSet {
        var room: String
        static let schema: [Label<Self>] = [Label("room", \.room)]
    }

    struct File: LabelSet {
        var file: String
        static let schema: [Label<Self>] = [Label("file", \.file)]
    }

    enum Direction: String, LabelSet, LabelValue, CaseIterable {
        case phoneToBinary = "phone_to_binary"
        case binaryToPhone = "binary_to_phone"
        static let schema: [Label<Self>] = [Label("direction", \.self)]
    }

    static let routes = ["/", "/rooms/{id}", "/rooms/{id}/messages", "/login"]

    let connections: Counter
    let disconnections: Counter
    let clients: Gauge
    let messages: Family<Room, Counter>
    let sentBytes: Counter
    let downloads: Family<File, Counter>
    let http: HTTPServerMetrics
    let requests: Family<Route, Counter>
    let latency: Family<Route, Histogram>
    let workSeconds: FloatCounter
    let frames: Family<Direction, Counter>
    let graceExpiries: Counter
    let activeUsers: ActiveUsers

    init(in registry: MetricRegistry) {
        connections = Counter("chat_connections_total", help: "Connections accepted since boot.", in: registry)
        disconnections = Counter("chat_disconnections_total", help: "Connections ended since boot.", in: registry)
        clients = Gauge("chat_connected_clients", help: "Clients connected now.", in: registry)
        messages = Family("chat_messages_total", help: "Messages delivered, by room.", maxChildren: 100, in: registry)
        sentBytes = Counter("chat_sent_bytes_total", help: "Bytes written to clients.", in: registry)
        // Too few for the simulation, so that the page and the dashboard show a family past its limit.
        downloads = Family("chat_downloads_total", help: "Downloads, by file.", maxChildren: 30, in: registry)
        http = HTTPServerMetrics(in: registry, routes: Self.routes)
        requests = Family("http_requests_total", help: "Requests served.", in: registry)
        latency = Family("http_request_duration_seconds", help: "Time to respond.", buckets: .latency, in: registry)
        workSeconds = FloatCounter("chat_work_seconds_total", help: "Time spent on messages.", in: registry)
        frames = Family("relay_frames_forwarded_total", help: "Frames forwarded, by direction.", in: registry)
        graceExpiries = Counter(
            "relay_grace_expiries_total",
            help: "Phones that did not come back in time.",
            in: registry
        )
        activeUsers = ActiveUsers(
            "chat_active_users",
            help: "Distinct users seen in the window.",
            windows: [.minutes(5), .hours(24), .days(7)],
            in: registry
        )
        Info("chat_build", help: "What is running.", labels: ["version": "1.4.2"], in: registry)
    }
}
