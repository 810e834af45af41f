import Foundation
import HostsTestSupport
import Tally
import TallyTesting
import Testing

@testable import HummingbirdHost

/// The operator's routes of a Hummingbird server.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct OperatorRouteTests {
    @Test(.needs("curl", "gzip"))
    func metricsAreNegotiatedFilteredCompressedAndStreamed() async throws {
        let host = HummingbirdHost()
        let names = Family<Name, Counter>("names_total", help: "Names.", maxChildren: 20_000, in: host.registry)
        for number in 0..<10_000 { names.increment(for: Name(name: "a name of some length \(number)")) }
        try await host.running { [registry = host.registry] port in
            let address = "http://127.0.0.1:\(port)/metrics"
            let plain = try await HTTPAnswer.curl("\(address)?name%5B%5D=names_total", "-g")
            #expect(plain.status == 200)
            #expect(plain["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(plain["Vary"] == "Accept, Accept-Encoding")
            #expect(plain["Transfer-Encoding"] == "chunked", "the body is streamed")
            let expected = registry.exposition(for: ScrapeRequest(names: ["names_total"])).body
            #expect(plain.body == Data(expected))
            let gzip = try await HTTPAnswer.curl("\(address)?name%5B%5D=names_total", "-H", "Accept-Encoding: gzip")
            #expect(gzip["Content-Encoding"] == "gzip")
            #expect(gzip.body.count < plain.body.count / 3)
            let unpacked = try await HTTPAnswer.curl("\(address)?name%5B%5D=names_total", "--compressed")
            #expect(unpacked.body == plain.body)
            let open = try await HTTPAnswer.curl(address, "-H", "Accept: application/openmetrics-text;version=1.0.0")
            #expect(open["Content-Type"]?.hasPrefix("application/openmetrics-text; version=1.0.0") == true)
            #expect(open.text.hasSuffix("\n# EOF\n"))
            let json = try await HTTPAnswer.curl(address, "-H", "Accept: application/json")
            #expect(json["Content-Type"] == "application/json")
            _ = try JSONSerialization.jsonObject(with: json.body)
            #expect(try registry.requests() == [:], "scrapes are not counted")
        }
    }

    @Test func theHealthDocumentAndTheProbesAnswer() async throws {
        let host = HummingbirdHost()
        try await host.running { [healthcheck = host.healthcheck] port in
            let address = "http://127.0.0.1:\(port)"
            let document = try await HTTPAnswer.of("GET", address + "/.well-known/healthcheck.json")
            #expect(document.status == 200)
            #expect(try document.json["name"] as? String == "hummingbird")
            let draft = try await HTTPAnswer.of(
                "GET",
                address + "/.well-known/healthcheck.json",
                headers: ["Accept": "application/health+json"]
            )
            #expect(draft["Content-Type"] == "application/health+json")
            #expect(try draft.json["status"] as? String == "pass")
            for path in ["/live", "/ready", "/startup"] {
                #expect(try await HTTPAnswer.of("GET", address + path).status == 200)
            }
            healthcheck.beginDraining()
            let ready = try await HTTPAnswer.of("GET", address + "/ready")
            #expect(ready.status == 503)
            #expect(ready.text == #"{"status":"fail","reason":"draining"}"#)
            #expect(try await HTTPAnswer.of("GET", address + "/live").status == 200)
        }
    }

    @Test func onlyAuthenticatedRequestsMakeActiveUsers() async throws {
        let host = HummingbirdHost()
        try await host.running { [registry = host.registry] port in
            let address = "http://127.0.0.1:\(port)/me"
            let tokens = ["a-token": "alice", "b-token": "bob"]
            for (token, user) in tokens.sorted(by: { $0.key < $1.key }) + tokens {
                let answer = try await HTTPAnswer.of("GET", address, headers: ["Authorization": "Bearer \(token)"])
                #expect(answer.text == "\(user)\n")
            }
            for header in ["Bearer ", "Bearer z-token", "Basic a-token", "a-token", "Bearer  a-token", ""] {
                let answer = try await HTTPAnswer.of("GET", address, headers: ["Authorization": header])
                #expect(answer.status == 401, "\(header)")
            }
            #expect(try await HTTPAnswer.of("GET", address, headers: ["X-User": "mallory"]).status == 401)
            #expect(try registry.value(of: "active_users", labels: ["window": "24h"]) == 2)
            #expect(try registry.value(of: "active_users", labels: ["window": "7d"]) == 2)
        }
    }

    @Test func aSignalEndsServerAndSampler() async throws {
        let program = try await HostProgram("HummingbirdHost")
        try await eventually {
            try await program.get("/metrics").text.contains("\ntally_sampler_ticks_total")
        }
        #expect(try await program.get("/metrics").text.contains("\nprocess_resident_memory_bytes "))
        #expect(program.stop() == 0)
    }

    private struct Name: LabelSet {
        var name: String
        static let schema: [Label<Self>] = [Label("name", \.name)]
    }
}
