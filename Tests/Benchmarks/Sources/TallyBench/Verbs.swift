import Dispatch
import Foundation
import Synchronization
import Tally

/// Updates by label set, from one thread and from several, each on children of its own.
struct Verbs: Sendable {
    struct Page: LabelSet {
        var method: String
        var path: String
        static let schema: [Label<Self>] = [Label("method", \.method), Label("path", \.path)]
    }

    /// Found by the text of its labels, under the family's lock, because one of them is computed.
    struct ShortPage: LabelSet {
        var method: String
        var path: String
        var shortPath: String { path }
        static let schema: [Label<Self>] = [Label("method", \.method), Label("path", \.shortPath)]
    }

    private let pages: Family<Page, Counter>
    private let shortPages: Family<ShortPage, Counter>
    private let users: ActiveUsers
    private let idlePages: Family<Page, Counter>
    private let routes: Family<Route, Counter>
    private let directions: Family<Direction, Counter>
    private static let count = 4_000_000
    static let threadCounts = [1, 2, 8]

    init() {
        let registry = MetricRegistry()
        pages = Family("pages_total", help: "By path.", in: registry)
        shortPages = Family("short_pages_total", help: "By path.", in: registry)
        users = ActiveUsers("verb_users", help: "Users.", windows: [.hours(1)], in: registry)
        idlePages = Family("idle_pages_total", help: "By path.", idleTimeout: .seconds(3600), in: registry)
        routes = Family("verb_routes_total", help: "By route.", in: registry)
        directions = Family("verb_directions_total", help: "By direction.", in: registry)
        // Others between the children of two threads, which would share a cache line: "bound neighbours" measures that.
        for thread in 0..<8 {
            let (get, post) = Self.pages(of: thread)
            for family in [pages, idlePages] {
                family.increment(for: get)
                family.increment(for: post)
                for filler in 0..<30 { family.increment(for: Page(method: "", path: "/\(thread)/\(filler)")) }
            }
        }
    }

    /// The label sets of a thread, built at run time so that no string is a literal.
    private static func pages(of thread: Int) -> (get: Page, post: Page) {
        let path = "/api/v1/users/\(thread)/settings"
        return (Page(method: "GET", path: path), Page(method: "POST", path: path))
    }

    func rows() -> [Row] {
        var rows: [Row] = []
        func add(
            _ name: String,
            limits: [Int: Double],
            _ body: @escaping @Sendable (_ thread: Int, _ count: Int) -> Void
        ) {
            let samples = Self.threadCounts.map { Self.measure(threads: $0, body) }
            for (threads, sample) in zip(Self.threadCounts, samples) {
                let title = "\(name), \(threads) thread\(threads == 1 ? "" : "s")"
                if threads == 1 {
                    rows.append(
                        row(title, sample, unit: "ns", atMost: limits[1] ?? .infinity, "≤ \(limits[1] ?? .nan) ns")
                    )
                } else {
                    rows.append(
                        row(
                            title,
                            sample,
                            unit: "ns",
                            atMost: limits[threads] ?? .infinity,
                            times: samples[0],
                            "1 thread"
                        )
                    )
                }
            }
        }
        add("increment for two Strings", limits: [1: 25, 2: 1.15, 8: 4]) { thread, count in
            let (get, post) = Self.pages(of: thread)
            for _ in 0..<count / 2 {
                pages.increment(for: get)
                pages.increment(for: post)
            }
        }
        add("lookup by two Strings, and increment", limits: [1: 60, 2: 10, 8: 40]) { thread, count in
            let (get, post) = Self.pages(of: thread)
            for _ in 0..<count / 2 {
                pages[get].increment()
                pages[post].increment()
            }
        }
        add("increment for two Strings, with an idle timeout", limits: [1: 32, 2: 1.15, 8: 4]) { thread, count in
            let (get, post) = Self.pages(of: thread)
            for _ in 0..<count / 2 {
                idlePages.increment(for: get)
                idlePages.increment(for: post)
            }
        }
        add("increment by text, under the lock", limits: [1: 100, 2: 6, 8: 8]) { thread, count in
            let (get, post) = Self.pages(of: thread)
            let (shortGet, shortPost) = (
                ShortPage(method: get.method, path: get.path), ShortPage(method: post.method, path: post.path)
            )
            for _ in 0..<count / 2 {
                shortPages.increment(for: shortGet)
                shortPages.increment(for: shortPost)
            }
        }
        add("record an active user", limits: [1: 100, 2: 4, 8: 8]) { thread, count in
            for index in 0..<count / 8 { users.record("user \(thread) \(index & 1023)") }
        }
        add("increment for an enum", limits: [1: 4, 2: 3, 8: 12]) { thread, count in
            let direction: Direction = thread & 1 == 0 ? .phoneToBinary : .binaryToPhone
            for _ in 0..<count { directions.increment(for: direction) }
        }
        add("increment for a struct of enums", limits: [1: 5, 2: 3, 8: 12]) { thread, count in
            let outcome: Route.Outcome = thread & 1 == 0 ? .ok : .clientError
            for index in 0..<count {
                routes.increment(for: Route(method: index & 1 == 0 ? .get : .post, outcome: outcome))
            }
        }
        return rows
    }

    /// Nanoseconds of processor time that an operation takes, where each thread does `count` of them: with more threads
    /// than cores, the wall time is divided among those that run.
    static func measure(
        threads: Int,
        count: Int = Self.count,
        _ body: @escaping @Sendable (Int, Int) -> Void
    ) -> Sample {
        let cores = min(threads, ProcessInfo.processInfo.activeProcessorCount)
        let clock = ContinuousClock()
        body(0, count / 10)
        return Sample(
            (0..<5).map { _ in
                let time = clock.measure {
                    let group = DispatchGroup()
                    for thread in 0..<threads {
                        group.enter()
                        Thread.detachNewThread {
                            body(thread, count)
                            group.leave()
                        }
                    }
                    group.wait()
                }
                return time.nanoseconds / Double(count * threads) * Double(cores)
            }
        )
    }
}
