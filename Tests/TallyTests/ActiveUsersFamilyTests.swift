import Foundation
import TallyTesting
import Testing

@testable import Tally

enum Plan: String, LabelSet, LabelValue, CaseIterable {
    case free
    case paid
    static let schema: [Tally.Label<Self>] = [Label("plan", \.self)]
}

/// Active users by label and window, in each format.
struct ActiveUsersFamilyTests {
    let clock = ManualClock()
    let registry: MetricRegistry

    init() {
        registry = MetricRegistry(clock: clock, ownMetrics: false)
    }

    @Test func aFamilyCountsUsersByLabelAndWindow() {
        let family = Family<Plan, ActiveUsers>(
            "plan_users",
            help: "By plan.",
            windows: [.minutes(5), .hours(1)],
            in: registry
        )
        family[.paid].record("alice")
        family[.paid].record("bob")
        family[.free].record("alice")
        clock.advance(by: .seconds(300))
        family[.free].record("carol")
        #expect(
            registry.text == """
                # HELP plan_users By plan. Windows overlap and instances share users: never add counts, merge sketches.
                # TYPE plan_users gauge
                plan_users{plan="free",window="5m"} 1
                plan_users{plan="free",window="1h"} 2
                plan_users{plan="paid",window="5m"} 0
                plan_users{plan="paid",window="1h"} 2

                """
        )
    }

    @Test func jsonHasTheWindowAsALabel() throws {
        let registry = MetricRegistry(clock: clock, constantLabels: ["zone": "a"], ownMetrics: false)
        let plain = ActiveUsers("a_users", help: "", windows: [.hours(1)], in: registry)
        plain.record("alice")
        let family = try ActiveUsers.family(
            validating: "b_users",
            help: "B.",
            labelNames: ["kind", "plan"],
            windows: [.hours(1), .hours(2)],
            in: registry
        )
        family[["\"\u{1}", "x"]].record("alice")
        let help = "Windows overlap and instances share users: never add counts, merge sketches."
        #expect(
            registry.json == #"""
                [{"name":"a_users","help":"\#(help)","type":"GAUGE","metrics":[\#
                {"labels":{"zone":"a","window":"1h"},"value":"1"}]},\#
                {"name":"b_users","help":"B. \#(help)","type":"GAUGE","metrics":[\#
                {"labels":{"zone":"a","kind":"\"\u0001","plan":"x","window":"1h"},"value":"1"},\#
                {"labels":{"zone":"a","kind":"\"\u0001","plan":"x","window":"2h"},"value":"1"}]}]

                """#
        )
        let bare = MetricRegistry.bare()
        _ = ActiveUsers("a_users", help: "", windows: [.hours(1)], in: bare)
        #expect(bare.json.contains(#""metrics":[{"labels":{"window":"1h"},"value":"0"}]}"#))
    }

    @Test func everySeriesOfALargeFamilyIsExposedInFull() throws {
        let family = try ActiveUsers.family(
            validating: "shard_users",
            help: "By shard.",
            labelNames: ["shard"],
            windows: (1...16).map { .hours($0) },
            in: registry
        )
        let long = String(repeating: "\"x", count: 500)
        for index in 0..<200 {
            for user in 0...index { family[["\(index)\(long)"]].record("\(user)") }
        }
        let parsed = try registry.parsed()
        #expect(parsed.samples(of: "shard_users").count == 3200)
        let decoded = try JSONSerialization.jsonObject(with: Data(registry.json.utf8)) as? [[String: Any]]
        let metrics = try #require(decoded?.first?["metrics"] as? [[String: Any]])
        #expect(metrics.count == 3200)
        #expect(parsed.samples(of: "shard_users").map(\.value) == metrics.map { $0["value"] as? String })
        #expect(parsed.samples(of: "shard_users").suffix(16).allSatisfy { $0.value == "200" })
    }

    @Test func aFullFamilyCountsFurtherUsersInItsOverflowChild() throws {
        let registry = MetricRegistry(clock: clock)
        let family = try ActiveUsers.family(
            validating: "tenant_users",
            help: "By tenant.",
            labelNames: ["tenant"],
            windows: [.hours(1)],
            maxChildren: 2,
            in: registry
        )
        for tenant in 0..<5 { family[["\(tenant)"]].record("user \(tenant)") }
        let parsed = try registry.parsed()
        #expect(parsed["tenant_users", ("tenant", "other"), ("window", "1h")] == "3")
        #expect(parsed["tenant_users", ("tenant", "0"), ("window", "1h")] == "1")
        #expect(parsed["tally_family_overflow_total", ("family", "tenant_users")] == "3")
        // An estimate under a random seed: two of three share a register once in 340 runs.
        let estimate = parsed["tally_family_overflow_label_sets", ("family", "tenant_users")]
        #expect(["3", "2"].contains(estimate))
    }

    @Test func aRemovedChildReturnsWithItsUsers() throws {
        let family = try ActiveUsers.family(
            validating: "tenant_users",
            help: "By tenant.",
            labelNames: ["tenant"],
            windows: [.hours(1)],
            in: registry
        )
        let held = family[["a"]]
        held.record("alice")
        family.remove(["a"])
        #expect(try registry.parsed().samples(of: "tenant_users").isEmpty)
        held.record("bob")
        #expect(family[["a"]].counts()[.hours(1)] == 2)
        // Compaction keeps the users of the remaining children.
        for index in 0..<300 { family[["\(index)"]].record("user \(index)") }
        for index in 0..<300 where index % 7 != 0 { family.remove(["\(index)"]) }
        for index in stride(from: 0, to: 300, by: 7) { #expect(family[["\(index)"]].counts()[.hours(1)] == 1) }
        #expect(family[["a"]].counts()[.hours(1)] == 2)
        family.storage._checkInvariants()
    }

    @Test func recordsWithAWrongNumberOfLabelValuesAreDropped() throws {
        let family = try ActiveUsers.family(
            validating: "tenant_users",
            help: "By tenant.",
            labelNames: ["tenant", "plan"],
            windows: [.hours(1)],
            in: registry
        )
        family[["a"]].record("alice")
        #expect(try registry.parsed().samples(of: "tenant_users").isEmpty)
    }
}
