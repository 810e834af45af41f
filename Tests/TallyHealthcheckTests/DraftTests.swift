import Tally
import Testing

@testable import TallyHealthcheck

/// The IETF's format: component types, units, and the omissions of a public document.
@Suite(.timeLimit(.minutes(5)))
struct DraftTests {
    private let registry = MetricRegistry(ownMetrics: false)

    private static func queue(_ hand: Hand) -> SnapshotProvider {
        SnapshotProvider(
            "queue",
            keys: ["waiting", "oldestSeconds"],
            componentType: .datastore,
            units: ["oldestSeconds": "s"],
            staleIfError: .seconds(60),
            hand.values
        )
    }

    @Test func theDraftFormatShowsComponentTypesAndUnits() async {
        let sent = Counter("sent_bytes_total", help: "", in: registry)
        let load = Gauge("load", help: "", in: registry)
        let bench = Bench(
            Self.queue(.answering(["waiting": 3, "oldestSeconds": 1.5])),
            .counters(["sent": sent, "others": sent], units: ["sent": "byte"]),
            .gauges(["load": load], units: ["load": "https://units.example/load"]),
            .check("disk", componentType: HealthComponentType("disk \"a\"")) {},
            .process()
        )
        let text = await bench.document(as: .healthJSON).text
        for part in [
            #""queue:waiting":[{"componentType":"datastore","observedValue":3,"status":"pass","#,
            #""queue:oldestSeconds":[{"componentType":"datastore","observedValue":1.5,"observedUnit":"s","status":"#,
            #""counters:sent":[{"componentType":"component","observedValue":0,"observedUnit":"byte","status":"#,
            #""counters:others":[{"componentType":"component","observedValue":0,"status":"#,
            #""gauges:load":[{"componentType":"component","observedValue":0,"observedUnit":"https://units.example/load","#,
            #""disk:responseTime":[{"componentType":"disk \"a\"","observedValue":0,"observedUnit":"ms","#,
            #""process:process":[{"componentType":"system","observedValue":{"pid":"#,
        ] {
            #expect(text.contains(part), "\(part) is not in \(text)")
        }
        #expect(await !bench.document().text.contains("datastore"), "Tally's own format has neither")
    }

    @Test func unitsAreMatchedByBytes() async {
        let provider = SnapshotProvider("a", keys: ["é", "e\u{301}"], units: ["é": "s"]) { ["é": 1, "e\u{301}": 2] }
        let text = await Bench(provider).document(as: .healthJSON).text
        #expect(text.contains(#"":[{"componentType":"component","observedValue":1,"observedUnit":"s","status""#))
        #expect(text.contains(#"":[{"componentType":"component","observedValue":2,"status""#))
    }

    @Test(arguments: [["b": "s"], ["a": ""], ["a": String(repeating: "s", count: 257)], ["e\u{301}": "s"]])
    func aUnitMustBeValidAndForADeclaredKey(_ units: [String: String]) {
        let error = #expect(throws: HealthcheckError.self) {
            try Healthcheck(
                service: ServiceInfo(name: "chat", version: "1"),
                validating: [SnapshotProvider("queue", keys: ["a", "é"], units: units) { [:] }]
            )
        }
        #expect(error?.code == .invalidUnit)
        #expect(error?.description.contains(#"the provider "queue""#) == true)
    }

    @Test func aComponentTypeMustBeValid() {
        let error = #expect(throws: HealthcheckError.self) {
            try Healthcheck(
                service: ServiceInfo(name: "chat", version: "1"),
                validating: [.check("disk", componentType: HealthComponentType("")) {}]
            )
        }
        #expect(error?.code == .invalidUnit)
    }

    // MARK: Public documents

    private static let words = [
        "database", "queue", "cache", "counters", "component", "timeout", "error", "stale", "pending", "busy",
        "\"time\"", "2026", "output", "critical", "duration", "responseTime",
    ]

    /// Public documents while the checks are in each of their states.
    @Test(arguments: [HealthFormat.json, .healthJSON])
    func publicDocumentsShowOnlyTheStatusAndPublicKeys(_ format: HealthFormat) async {
        let hands = (0..<3).map { _ in Hand() }
        let sent = Counter("sent_bytes_total", help: "", in: registry)
        let bench = Bench(
            provider(hands[0], "database", keys: ["sessions"]),
            Self.queue(hands[1]),
            provider(hands[2], "cache", keys: [], critical: false),
            .counters(["sent": sent], units: ["sent": "byte"]),
            publicKeys: ["sessions", "oldestSeconds", "sent"]
        )
        var expected: [HealthFormat: [String]] = [
            .json: [
                #"{"status":"ok","sessions":2,"oldestSeconds":1.5,"sent":0}"#,
                #"{"status":"warn","sessions":2,"oldestSeconds":1.5,"sent":0}"#,
                #"{"status":"fail","sessions":null,"oldestSeconds":null,"sent":0}"#,
            ],
            .healthJSON: [("pass", "2", "1.5"), ("warn", "2", "1.5"), ("fail", "null", "null")].map {
                #"{"status":"\#($0)","checks":{"sessions":[{"observedValue":\#($1)}],"#
                    + #""oldestSeconds":[{"observedValue":\#($2),"observedUnit":"s"}],"#
                    + #""sent":[{"observedValue":0,"observedUnit":"byte"}]}}"#
            },
        ]
        for (round, wait) in [Duration.zero, .seconds(10), .seconds(100)].enumerated() {
            bench.clock.advance(by: wait)
            let request = Task { await bench.document(as: format, detail: .public) }
            for hand in hands { await hand.began(round + 1) }
            if round == 0 {
                hands[0].answer(.two)
                hands[1].answer(["waiting": 3, "oldestSeconds": 1.5])
            } else {
                hands[0].fail()
                await eventually { !bench.healthcheck.checks[0].isRunning }
                bench.clock.advance(by: .milliseconds(500))
                hands[1].fail()
            }
            hands[2].answer([:])
            let text = await request.value.text
            #expect(text == expected[format]?.removeFirst())
            for word in Self.words { #expect(!text.contains(word), "\(word) in \(text)") }
            // Runs that missed their deadline end late.
            await eventually { bench.healthcheck.checks.allSatisfy { !$0.isRunning } }
        }
    }

    @Test func aPublicKeyNamedLikeADraftMemberIsNotDuplicated() async throws {
        let bench = Bench(
            provider(.answering(["uptime": 7]), keys: ["uptime"]),
            publicKeys: ["uptime", "uptimeSeconds"]
        )
        let document = await bench.document(as: .healthJSON, detail: .public)
        #expect(
            document.text
                == #"{"status":"pass","checks":{"uptimeSeconds":[{"componentType":"system","observedValue":0,"#
                + #""observedUnit":"s"}],"uptime":[{"observedValue":7}]}}"#
        )
    }
}
