import Tally
import Testing

/// Four instances of a service that share a key, each with the sketch of the users it saw.
struct Fleet: Sendable, CustomTestStringConvertible {
    static let key = HashKey(bytes: Array(0..<16))

    let testDescription: String
    let sketches: [DistinctSketch]
    /// The number of distinct users.
    let users: Int
    /// The sum of the users of each instance.
    let visits: Int

    private init(_ description: String, _ seen: [Range<Int>]) {
        testDescription = description
        sketches = seen.map { Self.sketch(of: $0) }
        users = seen.reduce(into: Set<Int>()) { $0.formUnion($1) }.count
        visits = seen.reduce(0) { $0 + $1.count }
    }

    /// Every user hits every instance, so the sum is four times the number of users.
    static let same = Fleet("10,000 users on all four", Array(repeating: 0..<10_000, count: 4))
    /// Users seen by one, two or three instances.
    static let overlapping = Fleet("overlapping users", [0..<10_000, 5_000..<15_000, 12_000..<22_000, 0..<20_000])
    /// So few users that engines store them differently.
    static let small = Fleet("few users", [0..<0, 0..<20, 10..<40, 39..<40])

    static let all = [same, overlapping, small]

    /// The 64-bit hash that stands for a user.
    static func key(of user: Int) -> UInt64 {
        SipHash(key: key).hash("user-\(user)")
    }

    static func sketch(of users: Range<Int>) -> DistinctSketch {
        let instance = ActiveUsers(
            "active_users",
            help: "Users of this instance.",
            windows: [.hours(1)],
            key: key,
            in: MetricRegistry()
        )
        for user in users { instance.record("user-\(user)") }
        return instance.sketch(over: .hours(1))
    }

    func union() throws -> DistinctSketch {
        try sketches.reduce(into: DistinctSketch()) { try $0.merge($1) }
    }

    /// Allows three standard errors, and one user for rounding.
    func isCloseToUsers(_ estimate: Double) -> Bool {
        abs(estimate - Double(users)) <= 0.025 * Double(users) + 1
    }

    func isCloseToVisits(_ estimate: Double) -> Bool {
        abs(estimate - Double(visits)) <= 0.025 * Double(visits) + 1
    }
}
