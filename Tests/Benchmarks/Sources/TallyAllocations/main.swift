// How often hot paths allocate: counted, so that the answer does not depend on the machine. Exits 1 if one does.
import CountedAllocations
import Tally

enum Direction: String, LabelSet, LabelValue, CaseIterable {
    case up, down
    static let schema: [Label<Self>] = [Label("direction", \.self)]
}

struct Route: LabelSet {
    enum Method: String, LabelValue {
        case get = "GET"
        case post = "POST"
    }
    enum Outcome: String, LabelValue { case ok, error }
    var method: Method
    var outcome: Outcome
    static let schema: [Label<Self>] = [Label("method", \.method), Label("outcome", \.outcome)]
}

struct User: LabelSet {
    var path: String
    var user: String
    static let schema: [Label<Self>] = [Label("path", \.path), Label("user", \.user)]
}

func allocations(_ body: () -> Void) -> Int {
    body()
    let before = counted_allocations()
    body()
    return counted_allocations() - before
}

func scrapedRegistry(series: Int) -> MetricRegistry {
    let registry = MetricRegistry()
    let family = Family<User, Counter>("requests_total", help: "Requests.", limit: series, in: registry)
    for index in 0..<series { family[User(path: "/path/\(index % 100)", user: "user \(index)")].increment(by: index) }
    return registry
}

let registry = MetricRegistry()
let counter = Counter("counter_total", help: "A counter.", in: registry)
let contended = Counter("contended_total", help: "A contended counter.", contended: true, in: registry)
let gauge = Gauge("gauge", help: "A gauge.", in: registry)
let histogram = Histogram("histogram_seconds", help: "A histogram.", in: registry)
let directions = Family<Direction, Counter>("directions_total", help: "By direction.", in: registry)
let routes = Family<Route, Counter>("routes_total", help: "By route.", in: registry)
let users = Family<User, Histogram>("users_seconds", help: "By user.", in: registry)
let activeUsers = ActiveUsers("active_users", help: "Users.", windows: [.hours(1), .days(7)], in: registry)
let identifiers = (0..<1000).map { "0b8c2f66-4a1e-4c55-9d2b-\($0 + 100_000_000_000)" }
for identifier in identifiers { activeUsers.record(identifier) }
let child = routes[Route(method: .get, outcome: .ok)]
let user = User(path: "/a/path/longer/than/a/small/string", user: "somebody with a long name")
_ = users[user]

var results: [Bool] = []

/// Says how it went, and returns whether it went well.
func check(_ name: String, _ found: Int, atMost limit: Int = 0) -> Bool {
    print("\(found <= limit ? "ok  " : "FAIL") \(name): \(found) allocations, at most \(limit) allowed")
    return found <= limit
}

// The check itself must be able to fail.
let seen = allocations { withExtendedLifetime([Int](repeating: 0, count: Int.random(in: 100...200))) {} }
guard seen > 0 else { fatalError("allocations are not counted here") }

results.append(
    check(
        "1000 bound increments",
        allocations {
            for _ in 0..<1000 {
                counter.increment()
                child.increment(by: 2)
            }
        }
    )
)
results.append(check("1000 contended increments", allocations { for _ in 0..<1000 { contended.increment() } }))
results.append(
    check(
        "1000 gauge updates",
        allocations {
            for _ in 0..<1000 {
                gauge.increment()
                gauge.set(3)
            }
        }
    )
)
results.append(
    check(
        "1000 observations",
        allocations {
            for _ in 0..<1000 {
                histogram.observe(0.3)
                histogram.observe(.seconds(1))
            }
        }
    )
)
results.append(check("1000 lookups by an enum", allocations { for _ in 0..<1000 { directions[.up].increment() } }))
results.append(
    check(
        "1000 lookups by a struct of enums",
        allocations { for _ in 0..<1000 { routes[Route(method: .get, outcome: .ok)].increment() } }
    )
)
results.append(
    check("1000 lookups by a struct of strings", allocations { for _ in 0..<1000 { users[user].observe(1) } })
)
results.append(
    check(
        "1000 records of active users, seen this tick",
        allocations { for identifier in identifiers { activeUsers.record(identifier) } }
    )
)
let shortTicks = ActiveUsers("short_users", help: "Users.", windows: [.seconds(1)], in: registry)
for _ in 0..<2 { for identifier in identifiers { shortTicks.record(identifier) } }
results.append(
    check(
        "100,000 records of active users who move between ticks",
        allocations { for _ in 0..<100 { for identifier in identifiers { shortTicks.record(identifier) } } }
    )
)

let few = scrapedRegistry(series: 1_000)
let many = scrapedRegistry(series: 10_000)
func scrape(_ registry: MetricRegistry) -> Int {
    allocations { registry.write(as: .prometheusText) { _ in } }
}
let fewAllocations = scrape(few)
results.append(check("a warm streamed scrape of 1000 series", fewAllocations, atMost: 40))
results.append(check("a warm streamed scrape of 10000 series", scrape(many), atMost: fewAllocations))
if results.contains(false) { fatalError("a hot path allocates") }
