import Foundation
import TallyTestSupport
import Testing

/// The use-site program imports only the core and the healthcheck, so the libraries that it links are their cost.
struct LinkageTests {
    static let program = Program.built("TallyUseSite")

    @Test(.enabled(if: Program.find("ldd") != nil || Program.isRequired, "needs ldd"))
    func theCoreAndTheHealthcheckDoNotLinkFoundation() throws {
        let libraries = try Program.run(try Program.require("ldd"), [Self.program.path]).text
        #expect(libraries.contains("libswiftCore"), "\(libraries)")
        #expect(libraries.contains("libswiftSynchronization"))
        for unwanted in ["Foundation", "libicu", "libxml", "libcurl"] {
            #expect(!libraries.contains(unwanted), "\(libraries)")
        }
    }

    @Test func theUseSiteProgramPrintsTheExpectedLines() throws {
        let outcome = try Program.run(Self.program)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.last == "0 0.0 24h: 1, 7d: 1 0")
        #expect(lines.first == "1", "the union of a sketch with itself")
        #expect(lines.contains(#"relay_frames_forwarded_total{direction="phone_to_binary"} 1"#))
        #expect(lines.contains(#"relay_frames_forwarded_total{direction="binary_to_phone"} 0"#))
        #expect(lines.contains(#"http_requests_total{method="GET",outcome="ok"} 1"#))
        #expect(lines.contains(#"http_request_duration_seconds_count{method="GET",outcome="ok"} 2"#))
        #expect(lines.contains(#"queue_jobs_total{queue="mail",state="done"} 1"#))
        #expect(lines.contains("jobs_done_total 1"))
        #expect(lines.contains("websocket_sent_bytes_total 512"))
        #expect(lines.contains("queue_depth 3"))
        #expect(lines.contains(#"pages_total{route="/"} 2"#))
        #expect(lines.contains(#"active_users{window="24h"} 1"#))
        #expect(lines.contains(#"fleet_users{window="24h"} 1"#))
        let health = try JSONSerialization.jsonObject(with: Data((lines.dropLast().last ?? "").utf8)) as? [String: Any]
        #expect(health?["status"] as? String == "ok")
        #expect(health?["channels"] as? Int == 2)
        #expect(health?["connectionsSinceBoot"] as? Int == 0)
        #expect(health?["activeUsers"] as? [String: Int] == ["24h": 1, "7d": 1])
        let json = try JSONSerialization.jsonObject(with: Data(lines[1].utf8))
        #expect((json as? [[String: Any]])?.isEmpty == false)
    }
}
