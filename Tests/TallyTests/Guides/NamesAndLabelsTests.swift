import Tally
import TallyTestSupport
import TallyTesting
import Testing

/// Runs the code of the guide "Names and labels", which is between the marks, and compares its output.
struct NamesAndLabelsTests {
    private let guide: Guide

    init() throws {
        guide = try Guide("Sources/Tally/Tally.docc/NamesAndLabels.md")
    }

    /// Expects the samples of an exposition as a block of the guide.
    private func expectShown(
        _ text: String,
        where isIncluded: (Substring) -> Bool = { _ in true },
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") && isIncluded($0) }
        #expect(guide.output.contains(samples.joined(separator: "\n")), sourceLocation: sourceLocation)
    }

    // GUIDE NamesAndLabels Route
    struct Route: LabelSet {
        enum Method: String, LabelValue {
            case get = "GET"
            case post = "POST"
            case other
        }
        var method: Method
        var path: String
        static let schema: [Label<Self>] = [Label("method", \.method), Label("path", \.path)]
    }
    // END

    @Test func thePrefixAndConstantLabelsAreExposed() {
        // GUIDE NamesAndLabels prefix
        let chat = MetricRegistry(prefix: "chat_", constantLabels: ["region": "eu"])
        Counter("connections", help: "Connections.", in: chat).increment()  // chat_connections_total{region="eu"} 1
        // END
        #expect(chat.text.contains("\nchat_connections_total{region=\"eu\"} 1\n"))
    }

    @Test func typedLabelSetsAreExposed() {
        let registry = MetricRegistry(ownMetrics: false)
        // GUIDE NamesAndLabels requests
        let requests = Family<Route, Counter>("http_requests_total", help: "Requests served.", in: registry)
        requests.increment(for: Route(method: .get, path: "/"))
        requests.increment(for: Route(method: .get, path: "/say \"hello\""))
        // END
        expectShown(registry.text)
    }

    // GUIDE NamesAndLabels Direction
    enum Direction: String, LabelSet, LabelValue, CaseIterable {
        case toPhone = "to_phone"
        case fromPhone = "from_phone"
        static let schema: [Label<Self>] = [Label("direction", \.self)]
    }
    // END

    @Test func closedLabelSetsAreExposedFromRegistration() {
        let registry = MetricRegistry(ownMetrics: false)
        // GUIDE NamesAndLabels frames
        let frames = Family<Direction, Counter>("relay_frames_total", help: "Frames forwarded.", in: registry)
        frames.increment(by: 2, for: .toPhone)
        // END
        expectShown(registry.text)
    }

    // GUIDE NamesAndLabels Tenant
    struct Tenant: LabelSet {
        var tenant: String
        static let schema: [Label<Self>] = [Label("tenant", \.tenant)]
    }
    // END

    @Test func labelSetsPastTheLimitShareAChild() throws {
        let registry = MetricRegistry()
        // GUIDE NamesAndLabels children-past-the-limit
        let messages = Family<Tenant, Counter>("messages_total", help: "Messages.", maxChildren: 2, in: registry)
        for name in ["anna", "bert", "carl", "carl"] {
            messages.increment(for: Tenant(tenant: name))
        }
        // END
        expectShown(registry.text) {
            $0.hasPrefix("messages_total{") || $0.hasPrefix("tally_family_overflow_label_sets{")
        }
    }

    @Test func idleChildrenExpire() throws {
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock, ownMetrics: false)
        // GUIDE NamesAndLabels idle-timeout
        let jobs = Family<Tenant, Counter>("jobs_total", help: "Jobs.", idleTimeout: .seconds(3600), in: registry)
        jobs.increment(for: Tenant(tenant: "anna"))
        // END
        #expect(try registry.value(of: "jobs_total", labels: ["tenant": "anna"]) == 1)
        clock.advance(by: .seconds(3000))
        #expect(try registry.value(of: "jobs_total", labels: ["tenant": "anna"]) == 1)
        clock.advance(by: .seconds(4000))
        #expect(try registry.value(of: "jobs_total", labels: ["tenant": "anna"]) == nil)
    }

    @Test func labelNamesMayComeAtRunTime() throws {
        let registry = MetricRegistry(ownMetrics: false)
        let names = ["queue", "state"]
        // GUIDE NamesAndLabels label-names-that-come-at-run-time
        let jobs = try Counter.family(validating: "jobs_total", help: "Jobs.", labelNames: names, in: registry)
        jobs[["mail", "done"]].increment()
        // END
        #expect(try registry.value(of: "jobs_total", labels: ["queue": "mail", "state": "done"]) == 1)
        #expect(throws: RegistrationError.self) {
            try Counter.family(validating: "others_total", help: "", labelNames: ["a-b"], in: registry)
        }
    }

    @Test func utf8NamesAreEscapedOrQuoted() {
        // GUIDE NamesAndLabels names-of-any-characters
        let registry = MetricRegistry(nameValidation: .utf8, ownMetrics: false)
        let requests = Counter("http.server.requests", help: "Requests served.", in: registry)
        requests.increment()

        let escaped = registry.exposition(accept: "text/plain;version=0.0.4")
        let quoted = registry.exposition(accept: "text/plain;version=1.0.0;escaping=allow-utf-8")
        // END
        expectShown(String(decoding: escaped.body, as: UTF8.self))
        expectShown(String(decoding: quoted.body, as: UTF8.self))
    }
}
