import Foundation
import Testing

@testable import Tally

struct StateSetTests {
    enum Phase: String, LabelValue, CaseIterable {
        case starting
        case serving
        case draining = "dra\"in\\ing"
    }

    enum Many: Int, LabelValue, CaseIterable {
        case one
        static var allCases: [Many] { Array(repeating: .one, count: 65) }
    }

    enum Twins: LabelValue, CaseIterable {
        case one
        case two
        var labelText: String { "same" }
    }

    let registry = MetricRegistry(ownMetrics: false)

    private var openMetrics: String { String(decoding: registry.exposition(as: .openMetrics).body, as: UTF8.self) }

    @Test func everyStateHasASampleInEveryFormat() {
        let phase = StateSet<Phase>("server_phase", help: "Phase.", in: registry)
        #expect(phase.active.isEmpty)
        phase.set(.starting)
        phase.set(.draining)
        let samples = #"""
            server_phase{server_phase="starting"} 0
            server_phase{server_phase="serving"} 0
            server_phase{server_phase="dra\"in\\ing"} 1

            """#
        #expect(registry.text == "# HELP server_phase Phase.\n# TYPE server_phase gauge\n" + samples)
        #expect(
            openMetrics == "# TYPE server_phase stateset\n# HELP server_phase Phase.\n" + samples + "# EOF\n"
        )
        #expect(
            registry.json == #"""
                [{"name":"server_phase","help":"Phase.","type":"GAUGE","metrics":[\#
                {"labels":{"server_phase":"starting"},"value":"0"},\#
                {"labels":{"server_phase":"serving"},"value":"0"},\#
                {"labels":{"server_phase":"dra\"in\\ing"},"value":"1"}]}]

                """#
        )
    }

    @Test func severalStatesMayBeActive() {
        let phase = StateSet<Phase>("server_phase", help: "Phase.", in: registry)
        phase.set(.serving, to: true)
        phase.set(.draining, to: true)
        phase.set(.starting, to: false)
        #expect(phase.active == [.serving, .draining])
        phase.set(.serving, to: false)
        #expect(phase.active == [.draining])
        phase.set(.starting)
        #expect(StateSet<Phase>("server_phase", help: "Phase.", in: registry).active == [.starting])
    }

    @Test func familiesExposeStatesByLabel() throws {
        let family = Family<Path, StateSet<Phase>>("backend", help: "Backends.", in: registry)
        family[Path(path: "/a")].set(.serving)
        family[Path(path: "/b")].set(.starting)
        let dynamic = try StateSet<Phase>.family(validating: "peer", help: "P.", labelNames: ["peer_id"], in: registry)
        dynamic[["x"]].set(.serving)
        #expect(registry.text.contains("backend{path=\"/a\",backend=\"serving\"} 1\n"))
        #expect(registry.text.contains("backend{path=\"/b\",backend=\"serving\"} 0\n"))
        #expect(registry.text.contains("peer{peer_id=\"x\",peer=\"serving\"} 1\n"))
        #expect(registry.json.contains(#"{"labels":{"path":"/b","backend":"starting"},"value":"1"}"#))
        #expect(try registry.parsed().samples(of: "backend").count == 6)
    }

    @Test func invalidDefinitionsThrowTheMatchingErrorCode() {
        func code(_ body: () throws -> Void) -> RegistrationError.Code? {
            #expect(throws: RegistrationError.self) { try body() }?.code
        }
        #expect(code { _ = try StateSet<Phase>(validating: "a:b", help: "", in: registry) } == .invalidLabelName)
        #expect(code { _ = try StateSet<Many>(validating: "many", help: "", in: registry) } == .invalidStates)
        #expect(code { _ = try StateSet<Twins>(validating: "twins", help: "", in: registry) } == .invalidStates)
        #expect(
            code {
                _ = try StateSet<Phase>.family(validating: "phase", help: "", labelNames: ["phase"], in: registry)
            } == .duplicateLabelName
        )
        _ = Gauge("phase", help: "", in: registry)
        #expect(code { _ = try StateSet<Phase>(validating: "phase", help: "", in: registry) } == .conflictingDefinition)
    }
}

/// A table of the family has the position of each state's bit, by the state's byte if it has one.
struct StateCasesTests {
    let registry = MetricRegistry(ownMetrics: false)

    /// A struct of more than a byte.
    struct Shard: CaseIterable, Equatable, LabelValue {
        var name: String
        var labelText: String { name }
        static let allCases = (0..<64).map { Shard(name: "shard \($0)") }
    }

    /// Bytes that differ from the positions, and a case that is not in `allCases`.
    enum Level: UInt8, LabelValue, CaseIterable {
        case high = 9
        case unlisted = 200
        case low = 1
        static let allCases = [Level.low, .high]
    }

    /// Cases of different bytes that are equal.
    enum Mode: LabelValue, CaseIterable {
        case on
        case alsoOn
        case off
        static let allCases = [Mode.off, .on]
        var labelText: String { self == .off ? "off" : "on" }
        static func == (one: Mode, other: Mode) -> Bool {
            switch (one, other) {
            case (.off, .off): true
            case (.off, _), (_, .off): false
            default: true
            }
        }
    }

    /// A type without bytes.
    enum Single: LabelValue, CaseIterable {
        case only
        var labelText: String { "only" }
    }

    @Test func everyStateOfAnyTypeHasItsOwnBit() {
        let shards = StateSet<Shard>("shard", help: "", in: registry)
        for shard in Shard.allCases {
            shards.set(shard)
            #expect(shards.active == [shard])
        }
        let single = StateSet<Single>("single", help: "", in: registry)
        single.set(.only)
        #expect(single.active == [.only])
    }

    @Test func aStateMissingFromAllCasesChangesNothing() {
        let level = StateSet<Level>("level", help: "", in: registry)
        level.set(.high)
        level.set(.unlisted)
        level.set(.unlisted, to: true)
        #expect(level.active == [.high])
        let shards = StateSet<Shard>("shard", help: "", in: registry)
        shards.set(Shard(name: "none"))
        #expect(shards.active.isEmpty)
    }

    @Test func equalStatesShareOneBit() {
        let mode = StateSet<Mode>("mode", help: "", in: registry)
        mode.set(.alsoOn)
        #expect(mode.active == [.on])
        #expect(registry.text.contains("mode{mode=\"on\"} 1\n"))
    }

    @Test func typesThatShareAFamilyHaveSeparateTables() {
        enum Reversed: UInt8, LabelValue, CaseIterable {
            case high = 1
            case low = 9
            static let allCases = [Reversed.low, .high]
            var labelText: String { self == .low ? "1" : "9" }
        }
        let level = StateSet<Level>("level", help: "", in: registry)
        let reversed = StateSet<Reversed>("level", help: "", in: registry)
        level.set(.high)
        #expect(reversed.active == [.high])
        reversed.set(.low)
        #expect(level.active == [.low])
    }
}
