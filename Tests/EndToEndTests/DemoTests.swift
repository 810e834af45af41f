import Foundation
import TallyTestSupport
import Testing

/// The demo as a newcomer runs it.
struct DemoTests {
    @Test func theDemoPrintsItsExpositionAndCounts() throws {
        let outcome = try Program.run(Program.built("tally-demo"), ["--rounds", "1000"])
        #expect(outcome.status == 0)
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.contains("chat_connections_total 1000"))
        #expect(lines.contains(#"chat_active_users{window="24h"} 750"#))
        #expect(lines.contains("active users by window: 5m: 750, 24h: 750, 7d: 750"))
        #expect(lines.contains(#"relay_frames_forwarded_total{direction="binary_to_phone"} 500"#))
        #expect(lines.contains(#"chat_messages_total{room="\"two\\\nlines\" été 🚀"} 200"#))
        #expect(lines.contains("1000 requests simulated."))
        #expect(lines.contains("frames: phone to binary 1000, binary to phone 500, grace expiries 50"))
        let health = try JSONSerialization.jsonObject(with: Data((lines.last ?? "").utf8)) as? [String: Any]
        #expect(health?["status"] as? String == "ok")
        #expect(health?["sessions"] as? Int == 1000)
        #expect(health?["clients"] as? Int == 20)
        #expect(health?["connectionsSinceBoot"] as? Int == 1000)
    }

    @Test(arguments: [
        ["--port"], ["--port", "x"], ["--port", "65536"], ["--seconds", "0"], ["--rounds", "-1"], ["--what"],
    ])
    func aWrongCommandLinePrintsTheUsage(_ arguments: [String]) throws {
        let outcome = try Program.run(Program.built("tally-demo"), arguments)
        #expect(outcome.status == 64)
        #expect(outcome.errorText.contains("usage: tally-demo"))
    }

    #if !Listener
    @Test func servingWithoutTheListenerTraitNamesTheTrait() throws {
        let outcome = try Program.run(Program.built("tally-demo"), ["--port", "9464"])
        #expect(outcome.status == 64)
        #expect(outcome.errorText.contains("swift run --traits Listener tally-demo --port 9464"))
    }
    #endif
}
