#if Listener
import Tally

/// A listener's metrics about itself, in the registry that it serves.
struct ListenerMetrics: Sendable {
    enum Timeout: String {
        case handshake
        case idle
        case header
        case request
    }

    /// The reason for closing a connection at the connection limit.
    enum Refusal: String {
        case limit
        case evicted
    }

    enum Reload: String {
        case used
        case rejected
    }

    private let open: MirroredFamily
    private let accepted: MirroredFamily
    private let refused: MirroredFamily
    private let timeouts: MirroredFamily
    private let responses: MirroredFamily
    private let bytes: MirroredFamily
    private let scrapes: MirroredFamily
    private let duration: Histogram
    private let unauthorizedRequests: MirroredFamily
    private let handshakes: MirroredFamily
    private let reloads: MirroredFamily
    private let expiry: MirroredFamily?

    /// Returns nil for a registry without metrics of its own, or if the program already registered one of the names.
    init?(for listener: ListenerConfiguration) {
        guard let registry = listener.registry, registry.hasOwnMetrics else { return nil }
        func family(
            _ name: String,
            _ help: String,
            _ kind: MirroredFamily.Kind = .counter,
            _ labels: [String] = []
        ) throws(RegistrationError) -> MirroredFamily {
            let family = try MirroredFamily(
                "tally_listener_" + name,
                help: help,
                kind,
                labelNames: labels,
                in: registry
            )
            // Exposed from the start, so that rate functions see the first event as an increase. Zero is no time.
            if labels.isEmpty, !name.hasSuffix("timestamp_seconds") { family.add(0) }
            return family
        }
        do throws(RegistrationError) {
            open = try family("open_connections", "Connections open now.", .gauge)
            accepted = try family("connections_total", "Connections accepted.")
            refused = try family(
                "refused_connections_total",
                "Connections closed at the connection limit.",
                .counter,
                ["reason"]
            )
            timeouts = try family("timeouts_total", "Connections closed by a timeout.", .counter, ["phase"])
            responses = try family("responses_total", "Responses begun, by status code.", .counter, ["code"])
            bytes = try family("sent_bytes_total", "Bytes of response bodies handed to the system.")
            scrapes = try family("scrapes_in_flight", "Scrapes in flight.", .gauge)
            duration = try registry.standardHistogram(
                "tally_listener_scrape_duration_seconds",
                help: "Time from the arrival of a scrape until its last byte was handed to the system."
            )
            unauthorizedRequests = try family("unauthorized_requests_total", "Requests that the authorization refused.")
            handshakes = try family("failed_handshakes_total", "TLS handshakes that failed, except by a timeout.")
            reloads = try family(
                "certificate_reloads_total",
                "Changed certificates or keys, by whether they were usable.",
                .counter,
                ["outcome"]
            )
            expiry =
                listener.tls == nil
                ? nil
                : try family("certificate_expiry_timestamp_seconds", "Time at which the certificate expires.", .gauge)
        } catch {
            return nil
        }
        for outcome in [Reload.used, .rejected] { reloads.add(0, [outcome.rawValue]) }
        for reason in [Refusal.limit, .evicted] { refused.add(0, [reason.rawValue]) }
        for phase in [Timeout.handshake, .idle, .header, .request] { timeouts.add(0, [phase.rawValue]) }
    }

    func opened() {
        accepted.add(1)
        open.add(1)
    }

    func closed() { open.add(-1) }
    func refused(_ reason: Refusal) { refused.add(1, [reason.rawValue]) }
    func timedOut(_ phase: Timeout) { timeouts.add(1, [phase.rawValue]) }
    func unauthorized() { unauthorizedRequests.add(1) }
    func handshakeFailed() { handshakes.add(1) }
    func reloaded(_ outcome: Reload) { reloads.add(1, [outcome.rawValue]) }
    func certificateExpires(at time: Double) { expiry?.set(time) }
    func responded(_ status: Int) { responses.add(1, ["\(status)"]) }
    func sent(_ count: Int) { bytes.add(Double(count)) }
    func scrapeBegan() { scrapes.add(1) }

    func scrapeEnded(after duration: Duration, isWhole: Bool) {
        scrapes.add(-1)
        if isWhole { self.duration.observe(duration) }
    }
}
#endif
