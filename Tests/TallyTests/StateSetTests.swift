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

    @Test func aSampleAStateIsExposedInEveryFormat() {
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

    @Test func statesCanHoldTogether() {
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

    @Test func familiesHaveStatesByLabel() throws {
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

    @Test func wrongDefinitionsAreErrorsThatSayWhatIsWrong() {
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
