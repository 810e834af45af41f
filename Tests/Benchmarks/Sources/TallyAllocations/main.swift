// Counts the allocations of updates and scrapes, which do not depend on the machine. Exits 1 if one allocates more than
// it may, or if the library has an update that is not checked here.
import Foundation
import Tally

let checks = Checks()
Checks.proveThatAllocationsAreCounted()

/// Calls `body` a thousand times, so that rare allocations are counted too.
func thousand(_ body: (Int) -> Void) {
    for index in 0..<1000 { body(index) }
}

@inline(never)
func nothing() async {}

// MARK: Instruments without labels

let registry = MetricRegistry()
let counter = Counter("counter_total", help: "A counter.", in: registry)
let contended = Counter("contended_total", help: "A contended counter.", contended: true, in: registry)
let cost = FloatCounter("cost_total", help: "A cost.", in: registry)
let gauge = Gauge("gauge", help: "A gauge.", in: registry)
let histogram = Histogram("histogram_seconds", help: "A histogram.", in: registry)
let large = Histogram(
    "large_seconds",
    help: "Many buckets.",
    buckets: .linear(start: 0.001, width: 0.001, count: 500),
    in: registry
)
let native = Histogram("native_seconds", help: "Native.", buckets: .latency, native: .standard, in: registry)
let phase = StateSet<Phase>("phase", help: "Phase.", in: registry)
let phases = Phase.allCases
let shards = Shard.allCases
let shard = StateSet<Shard>("shard", help: "Shard.", in: registry)

checks.check("1000 increments", of: ["Counter.increment()", "Counter.increment(by: Int)"]) {
    thousand {
        counter.increment()
        counter.increment(by: $0)
        counter.increment(by: -1)
        counter.increment(by: .max)
    }
}
checks.check("1000 contended increments") {
    thousand {
        contended.increment()
        contended.increment(by: $0)
    }
}
checks.check(
    "1000 fractional increments",
    of: [
        "FloatCounter.increment(by: Double)",
        "FloatCounter.increment(by: Duration)",
    ]
) {
    thousand {
        cost.increment(by: Double($0))
        cost.increment(by: .milliseconds($0))
        cost.increment(by: .nan)
    }
}
checks.check(
    "1000 updates of a gauge",
    of: [
        "Gauge.set(Double)",
        "Gauge.set(Int)",
        "Gauge.setToNow()",
        "Gauge.add(Double)",
        "Gauge.increment(by: Double)",
        "Gauge.decrement(by: Double)",
        "Gauge.withIncrement(())",
    ]
) {
    thousand { index in
        gauge.set(Double(index))
        gauge.set(index)
        gauge.setToNow()
        gauge.add(0.5)
        gauge.add(.infinity)
        gauge.increment()
        gauge.decrement(by: 2)
        gauge.withIncrement { gauge.add(1) }
    }
}
await checks.checkAsync("1000 asynchronous gauge updates", of: ["Gauge.withIncrement(()) async"]) {
    for _ in 0..<1000 { await gauge.withIncrement { await nothing() } }
}
// The first value of an octave allocates its buckets. A measured time may be in any.
for exponent in -32...10 { native.observe(Double(sign: .plus, exponent: exponent, significand: 1)) }
checks.check(
    "1000 observations",
    of: [
        "Histogram.observe(Double)",
        "Histogram.observe(Duration)",
        "Histogram.time(())",
    ]
) {
    thousand { index in
        for histogram in [histogram, large, native] {
            histogram.observe(Double(index) / 100)
            histogram.observe(.milliseconds(index))
            histogram.observe(.seconds(1 << 50))
            histogram.observe(.nan)
            histogram.time {}
        }
    }
}
await checks.checkAsync("1000 asynchronous timings", of: ["Histogram.time(()) async"]) {
    for _ in 0..<1000 { await large.time { await nothing() } }
}
checks.check("1000 states", of: ["StateSet.set(State)", "StateSet.set(State, to: Bool)"]) {
    thousand { index in
        phase.set(phases[index % 3])
        phase.set(.draining, to: index % 2 == 0)
        shard.set(shards[index % 20])
        shard.set(shards[7], to: index % 2 == 0)
    }
}

// MARK: Active users

let users = ActiveUsers("active_users", help: "Users.", windows: [.hours(1), .days(7)], in: registry)
let identifiers = (0..<1000).map { "0b8c2f66-4a1e-4c55-9d2b-\($0 + 100_000_000_000)" }
let bytes = Array("a user of bytes".utf8)
for identifier in identifiers { users.record(identifier) }
checks.check(
    "1000 records of active users, seen this tick",
    of: [
        "ActiveUsers.record(String)",
        "ActiveUsers.record(bytes: UnsafeRawBufferPointer)",
    ]
) {
    for identifier in identifiers { users.record(identifier) }
    bytes.withUnsafeBytes { users.record(bytes: $0) }
}
let shortTicks = ActiveUsers("short_users", help: "Users.", windows: [.seconds(1)], in: registry)
for _ in 0..<2 { for identifier in identifiers { shortTicks.record(identifier) } }
checks.check("100,000 records of active users who move between ticks") {
    for _ in 0..<100 { for identifier in identifiers { shortTicks.record(identifier) } }
}

// MARK: Families

let values = ["a value that is no small string", "b"]
let route = Route(method: .get, outcome: .ok)
let user = User(path: "/a/path/longer/than/a/small/string", user: "somebody with a long name")

/// Checks lookups of existing children by every kind of labels.
@MainActor
func checkLookups<Child>(
    of name: String,
    _ enums: Family<Direction, Child>,
    _ structs: Family<Route, Child>,
    _ texts: Family<User, Child>,
    _ dynamic: DynamicFamily<Child>,
    _ update: (Child) -> Void
) {
    checks.check("1000 lookups of \(name) by an enum") { thousand { update(enums[$0 % 2 == 0 ? .up : .down]) } }
    checks.check("1000 lookups of \(name) by a struct of enums") { thousand { _ in update(structs[route]) } }
    checks.check("1000 lookups of \(name) by a struct of strings") { thousand { _ in update(texts[user]) } }
    checks.check("1000 lookups of \(name) by values at run time") {
        thousand { _ in update(dynamic[values]) }
    }
}

@MainActor
func checkPlain<Child: PlainInstrument>(_ type: Child.Type, _ update: (Child) -> Void) throws {
    for timeout in [nil, Duration.seconds(60)] {
        let registry = MetricRegistry()
        checkLookups(
            of: "a \(type)\(timeout == nil ? "" : " that expires")",
            Family("enums", help: "", idleTimeout: timeout, in: registry),
            Family("structs", help: "", idleTimeout: timeout, in: registry),
            Family("texts", help: "", idleTimeout: timeout, in: registry),
            try type.family(
                validating: "dynamic",
                help: "",
                labelNames: ["a", "b"],
                idleTimeout: timeout,
                in: registry
            ),
            update
        )
    }
}

try checkPlain(Counter.self) { $0.increment() }
try checkPlain(FloatCounter.self) { $0.increment(by: 0.5) }
try checkPlain(Gauge.self) { $0.set(3) }
for timeout in [nil, Duration.seconds(60)] {
    let registry = MetricRegistry()
    checkLookups(
        of: "a Histogram\(timeout == nil ? "" : " that expires")",
        Family("enums", help: "", buckets: .latency, idleTimeout: timeout, in: registry),
        Family("structs", help: "", buckets: .latency, idleTimeout: timeout, in: registry),
        Family("texts", help: "", buckets: .latency, idleTimeout: timeout, in: registry),
        try Histogram.family(
            validating: "dynamic",
            help: "",
            labelNames: ["a", "b"],
            idleTimeout: timeout,
            in: registry
        )
    ) { $0.observe(0.3) }
}
checkLookups(
    of: "a StateSet",
    Family("state_enums", help: "", in: registry),
    Family("state_structs", help: "", in: registry),
    Family("state_texts", help: "", in: registry),
    try StateSet<Phase>.family(validating: "state_dynamic", help: "", labelNames: ["a", "b"], in: registry)
) { $0.set(.serving) }
let windows: [Window] = [.hours(1)]
checkLookups(
    of: "ActiveUsers",
    Family("user_enums", help: "", windows: windows, in: registry),
    Family("user_structs", help: "", windows: windows, in: registry),
    Family("user_texts", help: "", windows: windows, in: registry),
    try ActiveUsers.family(
        validating: "user_dynamic",
        help: "",
        labelNames: ["a", "b"],
        windows: windows,
        in: registry
    )
) { $0.record("somebody") }

/// Checks updates by label set, for labels that are found in each of the indexes.
@MainActor
func checkUpdates<Labels: LabelSet>(by labels: Labels, _ kind: String) {
    let registry = MetricRegistry()
    let counts = Family<Labels, Counter>("counts", help: "", in: registry)
    let costs = Family<Labels, FloatCounter>("costs", help: "", in: registry)
    let sizes = Family<Labels, Gauge>("sizes", help: "", in: registry)
    let times = Family<Labels, Histogram>("times", help: "", in: registry)
    let phases = Family<Labels, StateSet<Phase>>("phases", help: "", in: registry)
    let users = Family<Labels, ActiveUsers>("users", help: "", windows: windows, in: registry)
    checks.check(
        "1000 updates of each instrument for \(kind)",
        of: [
            "Family.increment(for: Labels)", "Family.increment(by: Int, for: Labels)",
            "Family.increment(by: Double, for: Labels)", "Family.increment(by: Duration, for: Labels)",
            "Family.set(Double, for: Labels)", "Family.set(Int, for: Labels)", "Family.set(State, for: Labels)",
            "Family.add(Double, for: Labels)", "Family.decrement(by: Double, for: Labels)",
            "Family.observe(Double, for: Labels)", "Family.observe(Duration, for: Labels)",
            "Family.record(String, for: Labels)",
        ]
    ) {
        thousand {
            counts.increment(for: labels)
            counts.increment(by: $0, for: labels)
            costs.increment(by: 0.5, for: labels)
            costs.increment(by: .milliseconds($0), for: labels)
            sizes.set(Double($0), for: labels)
            sizes.set($0, for: labels)
            sizes.add(2, for: labels)
            sizes.increment(for: labels)
            sizes.decrement(for: labels)
            times.observe(0.3, for: labels)
            times.observe(.milliseconds($0), for: labels)
            phases.set(.serving, for: labels)
            users.record("alice", for: labels)
        }
    }
}
checkUpdates(by: Direction.up, "an enum")
checkUpdates(by: route, "a struct of enums")
checkUpdates(by: user, "a struct of strings")
checkSwiftMetrics(checks)

// MARK: Requests

let routes = ["/", "/api/v1/users/{id}/settings"]
let http = HTTPServerMetrics(in: registry, routes: routes, bodySizes: true)
let rpc = RPCServerMetrics(in: registry, methods: ["chat.v1.ChatService/Send"])
checks.check("1000 requests: the call itself", atMost: 1000) {
    thousand { index in
        http.start(method: index % 2 == 0 ? "GET" : "PROPFIND", scheme: .https)
            .finish(route: routes[index % 2], status: 200 + index % 10, requestBytes: index, responseBytes: 20)
    }
}
checks.check("1000 released requests", atMost: 1000) { thousand { _ in _ = http.start(method: "GET", scheme: .http) } }
checks.check("1000 calls: the call itself", atMost: 1000) {
    thousand { index in
        rpc.start(method: index % 2 == 0 ? "chat.v1.ChatService/Send" : "junk").finish(status: .ok)
    }
}

// MARK: Scrapes

func scrapedRegistry(series: Int) -> MetricRegistry {
    let registry = MetricRegistry()
    let family = Family<User, Counter>("requests_total", help: "Requests.", maxChildren: series, in: registry)
    for index in 0..<series { family[User(path: "/path/\(index % 100)", user: "user \(index)")].increment(by: index) }
    return registry
}
let few = scrapedRegistry(series: 1_000)
let many = scrapedRegistry(series: 10_000)
let allocations = checks.check("a warm streamed scrape of 1000 series", atMost: 80) {
    few.write(as: .prometheusText) { _ in }
}
checks.check("a warm streamed scrape of 10000 series", atMost: allocations) {
    many.write(as: .prometheusText) { _ in }
}

// MARK: Completeness

let sources = URL(filePath: #filePath).appending(path: "../../../../../Sources/Tally").standardizedFileURL
checks.compare(
    with: try PublicVerbs(readingSourcesIn: sources),
    exempt: [
        "Counter.increment(by: Int, exemplar: Exemplar)", "Histogram.observe(Double, exemplar: Exemplar)",
        "Histogram.observe(Duration, exemplar: Exemplar)", "Family.removeAll()", "DynamicFamily.removeAll()",
    ]
)
if checks.failures > 0 {
    print("\(checks.failures) checks failed")
    exit(1)
}
