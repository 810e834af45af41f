import Foundation
import TallyTestSupport
import Testing

@testable import TallyHealthcheck

/// Strict JSON, whatever a provider returns.
@Suite(.timeLimit(.minutes(5)))
struct JSONTests {
    static let hostile: HealthValues = [
        "max": .integer(.max), "min": .integer(.min), "unsigned": .unsigned(.max),
        "nan": .number(.nan), "infinity": .number(.infinity), "negative": .number(-.infinity),
        "tiny": .number(.leastNonzeroMagnitude), "huge": .number(.greatestFiniteMagnitude), "half": 0.5, "whole": 3.0,
        "controls": .string(String(decoding: UInt8(0)..<32, as: UTF8.self) + "\u{7F}\"\\/"),
        "separators": "a\u{2028}b\u{2029}c\u{FEFF}🚀é", "composed": "é e\u{301}",
        "key \"quoted\"\n\u{2028}\\": .boolean(true),
        "nested": ["24h": 57, "7d": 203, "list": [1, nil, "x", [:], []]],
        "cut": .string(String(repeating: "é", count: 5_000_000)),
        "deep": .array(nested(100)), "wide": .array(Array(repeating: .integer(1_234_567), count: 100_000)),
        "twice": .object(HealthValues([("a", 1), ("b", 2), ("a", 3)])),
        "longKeys": .object(HealthValues([(long + "1", 1), (long + "2", 2)])),
    ]

    private static let long = String(repeating: "k", count: 2_000)

    private static func nested(_ depth: Int) -> [HealthValue] { depth == 0 ? [] : [.array(nested(depth - 1))] }

    /// A document with the hostile values, in both formats.
    static func documents() async -> [HealthDocument] {
        let healthcheck = Healthcheck(
            service: ServiceInfo(name: "chat \"\u{1}\"", version: String(repeating: "v", count: 10_000_000)),
            providers: [
                SnapshotProvider("hostile \"\u{2}\\", keys: hostile.keys, timeout: .seconds(600)) { hostile },
                provider(Hand.answering(["one": .string("\0")]), "o\nther", keys: ["one"]),
            ]
        )
        return [await healthcheck.document(), await healthcheck.document(as: .healthJSON)]
    }

    @Test func foundationReadsEveryValueBack() async throws {
        let document = await Self.documents()[0]
        let json = try document.json
        #expect(document.text.contains(#""max":9223372036854775807,"min":-9223372036854775808,"#))
        #expect(document.text.contains(#""unsigned":18446744073709551615,"#))
        #expect((json["max"] as? NSNumber)?.int64Value == .max)
        #expect((json["min"] as? NSNumber)?.int64Value == .min)
        #expect((json["unsigned"] as? NSNumber)?.uint64Value == .max)
        for key in ["nan", "infinity", "negative"] { #expect(json[key] is NSNull) }
        #expect(json["tiny"] as? Double == .leastNonzeroMagnitude)
        #expect(json["huge"] as? Double == .greatestFiniteMagnitude)
        #expect(document.text.contains(#""half":0.5,"whole":3,"#))
        for key in ["controls", "separators", "composed"] {
            guard case .string(let written) = Self.hostile[key] else { continue }
            #expect((json[key] as? String)?.utf8.elementsEqual(written.utf8) == true, "\(key)")
        }
        #expect(json["key \"quoted\"\n\u{2028}\\"] as? Bool == true)
        #expect(document.text.contains(#""nested":{"24h":57,"7d":203,"list":[1,null,"x",{},[]]},"#))
        #expect(document.text.contains(#""twice":{"a":3,"b":2},"#))
        #expect((json["longKeys"] as? [String: Any])?.count == 2)
        #expect(document.body.count < 20_000, "\(document.body.count)")
    }

    @Test func oversizedValuesAreTruncatedAndMarked() async throws {
        let json = try await Self.documents()[0].json
        #expect(json["cut"] as? String == String(repeating: "é", count: 512) + "… (10000000 bytes)")
        #expect(json["version"] as? String == String(repeating: "v", count: 1024) + "… (10000000 bytes)")
        #expect(json["wide"] as? String == "… (more than 65536 bytes)")
        var depth = 0
        var deep = json["deep"]
        while let list = deep as? [Any] {
            depth += 1
            deep = list.first
        }
        #expect(depth == 16)
        #expect(deep is NSNull)
    }

    @Test func aStringAtTheLimitIsNotTruncated() {
        let text = String(repeating: "a", count: 1024)
        #expect(JSONWriter.rendered(.string(text)) == Array("\"\(text)\"".utf8))
        #expect(JSONWriter.rendered(.string(text + "b")) == Array("\"\(text)… (1025 bytes)\"".utf8))
    }

    /// Python's parser, set to reject constants that are not JSON, and duplicate keys.
    private static let strict = """
        import json, sys
        def refuse(name): raise ValueError(name)
        def unique(pairs):
            keys = [key for key, _ in pairs]
            if len(set(keys)) != len(keys): raise ValueError("a key stands twice")
            return dict(pairs)
        text = sys.stdin.buffer.read().decode("utf-8", "strict")
        value = json.JSONDecoder(strict=True, parse_constant=refuse, object_pairs_hook=unique).decode(text)
        checks = value["checks"]
        hostile = value if "max" in value else {k.split(":")[1]: v[0]["observedValue"] for k, v in checks.items() if ":" in k}
        assert hostile["max"] == 2**63 - 1 and hostile["min"] == -2**63 and hostile["unsigned"] == 2**64 - 1
        assert hostile["nan"] is None and hostile["infinity"] is None and hostile["negative"] is None
        assert hostile["controls"] == "".join(map(chr, range(32))) + chr(127) + '"' + chr(92) + "/"
        assert hostile["separators"][1] == chr(0x2028)
        assert hostile["huge"] == sys.float_info.max and hostile["tiny"] == 5e-324
        print(len(value), len(checks))
        """

    private static let python = Program.find("python3", variable: "TALLY_PYTHON")

    @Test(.enabled(if: python != nil || Program.isRequired, "needs Python"))
    func aStrictPythonParserReadsBothFormats() async throws {
        let python = try Program.require("python3", variable: "TALLY_PYTHON")
        for document in await Self.documents() {
            let outcome = try Program.run(python, ["-c", Self.strict], input: Data(document.body))
            #expect(outcome.status == 0, "\(outcome.errorText)")
        }
    }
}
