import Foundation
import Synchronization
import Tally

/// The cost of active users, next to the obvious implementation: a dictionary of last-seen times behind a lock, scanned
/// for each count.
enum Users {
    static let windows: [Window] = [.minutes(5), .hours(1), .hours(24), .days(7), .days(30)]
    static let million = 1_000_000

    /// Identifiers as long as a UUID's text, 36 bytes.
    static func identifiers(_ count: Int) -> [String] {
        (0..<count).map { String(format: "%08x-0000-4000-8000-%012x", $0 &* 0x9E37_79B1 & 0xFFFF_FFFF, $0) }
    }

    static func tracker(_ windows: [Window] = windows) -> ActiveUsers {
        ActiveUsers("active_users", help: "Users.", windows: windows, in: MetricRegistry(ownMetrics: false))
    }

    /// The obvious implementation.
    final class Dictionary: Sendable {
        let lastSeen = Mutex<[String: Date]>([:])

        func record(_ user: String) { lastSeen.withLock { $0[user] = Date() } }

        func counts(_ windows: [Window]) -> [Int] {
            let limits = windows.map { Date(timeIntervalSinceNow: -Double($0.duration.components.seconds)) }
            return lastSeen.withLock { users in
                var counts = [Int](repeating: 0, count: limits.count)
                for last in users.values {
                    for index in limits.indices where last > limits[index] { counts[index] += 1 }
                }
                return counts
            }
        }
    }

    static func rows() -> [Row] {
        let thousand = identifiers(1000)
        let many = identifiers(million)
        return recording(thousand, many) + counting(thousand, many)
    }

    private static func recording(_ thousand: [String], _ many: [String]) -> [Row] {
        let few = tracker()
        let obvious = Dictionary()
        for user in thousand {
            few.record(user)
            obvious.record(user)
        }
        let one = measure(5_000_000) { count in for _ in 0..<count { few.record(thousand[7]) } }
        let again = measure(5_000_000) { count in
            var index = 0
            for _ in 0..<count {
                few.record(thousand[index])
                index = index == 999 ? 0 : index + 1
            }
        }
        let dictionary = measure(1_000_000) { count in for index in 0..<count { obvious.record(thousand[index % 1000]) }
        }
        let new = Sample(
            (0..<5).map { _ in
                let users = tracker()
                return ContinuousClock().measure { for user in many { users.record(user) } }.nanoseconds
                    / Double(million)
            }
        )
        // With ticks of 10 ms, a user who is recorded again after all others falls into another tick.
        let users = tracker([.seconds(1), .seconds(2), .seconds(5), .seconds(10), .seconds(60)])
        for user in many { users.record(user) }
        let moved = Sample(
            (0..<5).map { _ in
                ContinuousClock().measure { for user in many { users.record(user) } }.nanoseconds / Double(million)
            }
        )
        return [
            row("record, one user, seen this tick (36 bytes)", one, atMost: 40, "≤ 40 ns"),
            row("record, 1,000 users, seen this tick", again, atMost: 40, "≤ 40 ns"),
            Row(
                name: "the same with a dictionary",
                value: dictionary.best,
                median: dictionary.median,
                unit: "ns",
                target: ""
            ),
            row("record, 1 M users, cold, new", new, atMost: 200, "≤ 200 ns"),
            row("record, 1 M users, cold, in another tick", moved, atMost: 200, "≤ 200 ns"),
        ]
    }

    private static func counting(_ thousand: [String], _ many: [String]) -> [Row] {
        var rows: [Row] = []
        for (name, identifiers) in [("10³", thousand), ("10⁶", many)] {
            let users = tracker()
            let obvious = Dictionary()
            for user in identifiers {
                users.record(user)
                obvious.record(user)
            }
            let counts = measure(100_000) { count in for _ in 0..<count { _ = users.counts() } }
            let scan = measureOnce { _ = obvious.counts(windows) }
            rows.append(row("counts of 5 windows, \(name) users", counts, atMost: 2000, "≤ 2 µs"))
            if identifiers.count == million {
                rows.append(
                    row(
                        "the same beside the scan of a dictionary",
                        counts,
                        atMost: 0.001,
                        times: scan,
                        "the scan"
                    )
                )
                let sketch = measureOnce { _ = users.sketch(over: .hours(24)) }
                rows.append(
                    row(
                        "sketch of a window, 10⁶ users, a shard of 16",
                        sketch.scaled(by: 1e-6 / 16),
                        unit: "ms",
                        atMost: 1,
                        "≤ 1 ms under a lock"
                    )
                )
                _ = consume users
            }
        }
        return rows
    }
}
