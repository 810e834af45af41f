import Testing

@testable import Tally

/// The errors of conflicting registrations name the differences.
struct ConflictTests {
    private let registry = MetricRegistry(ownMetrics: false)

    private enum Phase: String, LabelValue, CaseIterable { case up, down }
    private enum Colour: String, LabelValue, CaseIterable { case red, green }

    private func problem(_ register: () throws -> Void) throws -> String {
        let error = try #require(#expect(throws: RegistrationError.self) { try register() })
        #expect(error.code == .conflictingDefinition)
        return error.description
    }

    /// The differences that the error of a registration lists.
    private func differences(_ name: String = "jobs_total", _ register: () throws -> Void) throws -> String {
        let text = try problem(register)
        let (prefix, suffix) = (
            "\"\(name)\" is already registered with another definition (", "): use that one, or another name"
        )
        try #require(text.hasPrefix(prefix) && text.hasSuffix(suffix), "\(text)")
        return String(text.dropFirst(prefix.count).dropLast(suffix.count))
    }

    private func users(
        _ name: String,
        key: HashKey? = nil,
        max: Int = 1_000,
        hours: Int = 1,
        _ windows: Window...
    ) throws {
        _ = try ActiveUsers(
            validating: name,
            help: "",
            windows: windows,
            key: key,
            maxUsers: max,
            closedHours: hours,
            in: registry
        )
    }

    private func family(
        help: String = "Jobs.",
        _ labels: [String] = ["queue"],
        limit: Int = 1_000,
        idle: Duration? = nil
    ) throws {
        _ = try Counter.family(
            validating: "jobs",
            help: help,
            labelNames: labels,
            maxChildren: limit,
            idleTimeout: idle,
            in: registry
        )
    }

    @Test func errorsNameTheDifferingFieldOfAFamily() throws {
        try family()
        #expect(try differences { try family(help: "All\njobs.") } == #"help: "Jobs.", now "All\njobs.""#)
        #expect(try differences { try family(["q", "s"]) } == #"label names: ["queue"], now ["q", "s"]"#)
        #expect(try differences { try family(limit: 5) } == "limit: 1000, now 5")
        #expect(try differences { try family(idle: .seconds(9)) } == "idle timeout: none, now 9.0 seconds")
    }

    @Test func timeoutsThatPrintAlikeConflict() throws {
        try family(idle: .seconds(1))
        try family(idle: .seconds(1))
        let differences = try differences { try family(idle: .seconds(1) + Duration(attoseconds: 1)) }
        #expect(differences == "idle timeout: 1.0 seconds, now 1.0 seconds")
    }

    @Test func errorsListEveryDifference() throws {
        try family()
        #expect(
            try differences { try family(help: "Work.", ["q"], limit: 5) }
                == #"help: "Jobs.", now "Work."; label names: ["queue"], now ["q"]; limit: 1000, now 5"#
        )
        #expect(
            try differences {
                _ = try Gauge.family(validating: "jobs_total", help: "Jobs.", labelNames: [], in: registry)
            } == #"type: counter, now gauge; label names: ["queue"], now []"#
        )
    }

    @Test func errorsNameTheTypes() throws {
        _ = Counter("a_total", help: "", in: registry)
        #expect(
            try differences("a_total") { _ = try FloatCounter(validating: "a_total", help: "", in: registry) }
                == "type: counter, now counter with fractions"
        )
        #expect(
            try differences("a_total") {
                _ = try Counter(validating: "a_total", help: "", contended: true, in: registry)
            } == "contention: not contended, now contended"
        )
    }

    @Test func errorsShowBucketsAndStates() throws {
        _ = Histogram("h", help: "", buckets: [1, 2.5], in: registry)
        #expect(
            try differences("h") { _ = try Histogram(validating: "h", help: "", buckets: [1], in: registry) }
                == "buckets: [1.0, 2.5], now [1.0]"
        )
        _ = try StateSet<Phase>(validating: "phase", help: "", in: registry)
        #expect(
            try differences("phase") { _ = try StateSet<Colour>(validating: "phase", help: "", in: registry) }
                == #"states: ["up", "down"], now ["red", "green"]"#
        )
    }

    @Test func errorsOfActiveUsersShowSettingsButNotTheKey() throws {
        let keys = [UInt8(1), 2].map { HashKey(bytes: Array(repeating: $0, count: 16)) }
        try users("u", key: keys[0], .hours(24))
        #expect(
            try differences("u") { try users("u", key: keys[0], .hours(24), .days(7)) }
                == "windows: [24h], now [24h, 7d]"
        )
        let otherKey = try differences("u") { try users("u", key: keys[1], .hours(24)) }
        #expect(otherKey == "key: a provided key, now a provided key")
        #expect(try differences("u") { try users("u", .hours(24)) } == "key: a provided key, now a random key")
        #expect(
            try differences("u") { try users("u", key: keys[0], max: 5, .hours(24)) } == "user capacity: 1000, now 5"
        )
        #expect(
            try differences("u") { try users("u", key: keys[0], hours: 2, .hours(24)) }
                == "number of closed hours: 1, now 2"
        )
        #expect(throws: Never.self) { try users("u", key: keys[0], .hours(24)) }
        try users("random", .hours(1))
        #expect(throws: Never.self) { try users("random", .hours(1)) }
    }

    @Test func errorsNameTheSourceOfValues() throws {
        _ = Gauge("depth", help: "", in: registry)
        #expect(
            try differences("depth") { try ObservedGauge(validating: "depth", help: "", in: registry) { 1 } }
                == "source of values: handles, now a closure"
        )
        struct Collector: MetricCollector {
            let families = [CollectedFamily.gauge("load", help: "")]
            func collect(into samples: inout CollectedSamples) {}
        }
        registry.register(Collector())
        #expect(
            try differences("load") { _ = try Gauge(validating: "load", help: "", in: registry) }
                == "source of values: a collector, now handles"
        )
    }

    @Test func textsAreComparedByBytesAndTruncatedInErrors() throws {
        _ = Gauge("g", help: "é", in: registry)
        #expect(
            try problem { _ = try Gauge(validating: "g", help: "e\u{301}", in: registry) }.contains("help: ")
        )
        let long = String(repeating: "x", count: 100_000)
        #expect(try problem { _ = try Gauge(validating: "g", help: long, in: registry) }.utf8.count < 5_000)
    }
}
