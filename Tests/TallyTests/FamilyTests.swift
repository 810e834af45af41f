import Dispatch
import Foundation
import TallyTesting
import Testing

@testable import Tally

struct FamilyTests {
    let registry = MetricRegistry()

    @Test func aClosedLabelSetIsExposedAtZeroInTheOrderOfItsCases() {
        let registry = MetricRegistry.bare()
        let frames = Family<Direction, Counter>("frames_total", help: "Frames.", in: registry)
        let atZero = """
            # HELP frames_total Frames.
            # TYPE frames_total counter
            frames_total{direction="phone_to_binary"} 0
            frames_total{direction="binary_to_phone"} 0

            """
        #expect(registry.text == atZero)
        frames[.binaryToPhone].increment(by: 2)
        #expect(registry.text == atZero.replacing("phone\"} 0", with: "phone\"} 2"))
    }

    @Test func seriesAreExposedInTheOrderOfFirstUse() throws {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", in: registry)
        let names = (0..<3000).map { "/\(($0 * 7919) % 3001)" }
        let wide = Family<Path, Gauge>("size_bytes", help: "Size.", maxChildren: 5000, in: registry)
        for name in names.prefix(900) { family[Path(path: name)].increment() }
        for name in names { wide[Path(path: name)].set(1) }
        for name in names.reversed() { wide[Path(path: name)].set(2) }
        let text = try registry.parsed()
        #expect(
            text.samples(of: "hits_total").map { String(decoding: $0.labels[0].value, as: UTF8.self) }
                == Array(names.prefix(900))
        )
        #expect(text.samples(of: "size_bytes").map { String(decoding: $0.labels[0].value, as: UTF8.self) } == names)
    }

    @Test func scrapesOfAnUnchangedRegistryAreIdentical() {
        let registry = MetricRegistry(clock: ManualClock())
        let family = Family<Path, Counter>("hits_total", help: "Hits.", in: registry)
        for index in 0..<100 { family[Path(path: "/\(index)")].increment(by: index) }
        #expect(registry.exposition() == registry.exposition())
        #expect(registry.exposition(as: .json) == registry.exposition(as: .json))
    }

    @Test func equalLabelSetsShareOneChild() {
        let family = Family<Route, Counter>("hits_total", help: "Hits.", in: registry)
        let bound = family[Route(method: .get, isCached: true)]
        bound.increment()
        family[Route(method: .get, isCached: true)].increment()
        family[Route(method: .post, isCached: true)].increment()
        family[Route(method: .get, isCached: false)].increment()
        #expect(bound.value == 2)
        #expect(family.count == 3)
    }

    @Test func labelValuesAreComparedByBytesNotCanonicalEquivalence() throws {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", in: registry)
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        #expect(composed == decomposed)
        family[Path(path: composed)].increment()
        family[Path(path: decomposed)].increment(by: 2)
        #expect(family.count == 2)
        #expect(try registry.parsed().samples(of: "hits_total").map(\.value) == ["1", "2"])
    }

    struct Pair: LabelSet {
        var one: String
        var two: String
        static let schema: [Tally.Label<Self>] = [Label("one", \.one), Label("two", \.two)]
    }

    @Test func labelValuesThatConcatenateAlikeAreDifferentSeries() {
        let family = Family<Pair, Counter>("hits_total", help: "Hits.", in: registry)
        let pairs = [
            ("ab", "c"), ("a", "bc"), ("", "abc"), ("a\",two=\"b", "c"), ("a", "b\",two=\"c"), ("a\\", "b"),
            ("a", "\\b"),
        ]
        for (index, pair) in pairs.enumerated() { family[Pair(one: pair.0, two: pair.1)].increment(by: index + 1) }
        for (index, pair) in pairs.enumerated() { #expect(family[Pair(one: pair.0, two: pair.1)].value == index + 1) }
        #expect(family.count == pairs.count)
    }

    struct Everything: LabelSet {
        enum Number: Int, LabelValue {
            case zero, one
            case other = -7
        }
        var number: Number
        var flag: Bool
        var size: UInt8
        var integer: Int
        var part: Substring
        var doubled: Int { integer &* 2 }
        static let schema: [Tally.Label<Self>] = [
            Label("number", \.number), Label("flag", \.flag), Label("size", \.size), Label("integer", \.integer),
            Label("part", \.part), Label("doubled", \.doubled),
        ]
    }

    @Test func everyTypeOfLabelValueHasItsText() {
        let registry = MetricRegistry.bare()
        let family = Family<Everything, Gauge>("g", help: "G.", in: registry)
        family[Everything(number: .other, flag: true, size: 200, integer: .min, part: "abc".dropFirst())].set(1)
        #expect(
            registry.text.contains(
                #"g{number="-7",flag="true",size="200",integer="-9223372036854775808",part="bc",doubled="0"} 1"#
            )
        )
    }

    struct Bytes: LabelSet {
        var one: UInt8
        var two: UInt8
        static let schema: [Tally.Label<Self>] = [Label("one", \.one), Label("two", \.two)]
    }

    @Test func everyKeyOfAClosedLabelSetHasItsOwnChild() {
        let family = Family<Bytes, Counter>("hits_total", help: "Hits.", maxChildren: 70_000, in: registry)
        for one in UInt8.min ... .max {
            for two in UInt8.min ... .max where two % 4 == 0 {
                family[Bytes(one: one, two: two)].increment(by: Int(one) * 256 + Int(two))
            }
        }
        for one in UInt8.min ... .max {
            for two in UInt8.min ... .max where two % 4 == 0 {
                #expect(family[Bytes(one: one, two: two)].value == Int(one) * 256 + Int(two))
            }
        }
        #expect(family.count == 256 * 64)
        family.core.storage._checkInvariants()
    }

    @Test func everySeriesHasThePrefixAndTheConstantLabels() throws {
        let registry = MetricRegistry(
            prefix: "chat_",
            constantLabels: ["service": "a \"quoted\" one", "zone": "é"],
            ownMetrics: false
        )
        Counter("hits_total", help: "Hits.", in: registry).increment()
        Family<Direction, Gauge>("depth", help: "Depth.", in: registry)[.phoneToBinary].set(2)
        Histogram("h", help: "H.", buckets: [1], in: registry).observe(1)
        #expect(
            registry.text == #"""
                # HELP chat_depth Depth.
                # TYPE chat_depth gauge
                chat_depth{service="a \"quoted\" one",zone="é",direction="phone_to_binary"} 2
                chat_depth{service="a \"quoted\" one",zone="é",direction="binary_to_phone"} 0
                # HELP chat_h H.
                # TYPE chat_h histogram
                chat_h_bucket{service="a \"quoted\" one",zone="é",le="1.0"} 1
                chat_h_bucket{service="a \"quoted\" one",zone="é",le="+Inf"} 1
                chat_h_sum{service="a \"quoted\" one",zone="é"} 1
                chat_h_count{service="a \"quoted\" one",zone="é"} 1
                # HELP chat_hits_total Hits.
                # TYPE chat_hits_total counter
                chat_hits_total{service="a \"quoted\" one",zone="é"} 1

                """#
        )
        #expect(
            registry.json.contains(
                #"{"labels":{"service":"a \"quoted\" one","zone":"é","direction":"phone_to_binary"},"value":"2"}"#
            )
        )
    }

    @Test func familiesWithoutChildrenAreNotExposed() {
        let registry = MetricRegistry.bare()
        let family = Family<Path, Counter>("hits_total", help: "Hits.", in: registry)
        #expect(registry.text == "")
        #expect(registry.json == "[]\n")
        family[Path(path: "/")].increment()
        #expect(registry.text != "")
        family.removeAll()
        #expect(registry.text == "")
    }
}

struct DynamicFamilyTests {
    let registry = MetricRegistry()

    @Test func childrenAreFoundByValuesInTheOrderOfTheLabelNames() throws {
        let family = try Counter.family(
            validating: "queue_jobs_total",
            help: "Jobs.",
            labelNames: ["queue", "state"],
            in: registry
        )
        family[["mail", "done"]].increment()
        family[["mail", "failed"]].increment(by: 2)
        #expect(try registry.parsed()["queue_jobs_total", ("queue", "mail"), ("state", "failed")] == "2")
        #expect(family.count == 2)
        #expect(family.remove(["mail", "done"]))
        #expect(!family.remove(["mail", "done"]))
        #expect(!family.remove(["mail"]))
        #expect(family.count == 1)
    }

    @Test func aWrongNumberOfLabelValuesIsDroppedAndCounted() throws {
        let family = try Counter.family(
            validating: "queue_jobs_total",
            help: "Jobs.",
            labelNames: ["queue", "state"],
            in: registry
        )
        family[[]].increment()
        family[["mail"]].increment()
        family[["mail", "done", "twice"]].increment()
        #expect(family.count == 0)
        #expect(try registry.parsed().samples(of: "queue_jobs_total").isEmpty)
        #expect(try registry.parsed()["tally_rejected_updates_total", ("reason", "label_count")] == "3")
    }

    @Test func typedAndDynamicFamiliesOfOneDefinitionShareTheirChildren() throws {
        let typed = Family<Direction, Counter>("frames_total", help: "Frames.", in: registry)
        let dynamic = try Counter.family(
            validating: "frames_total",
            help: "Frames.",
            labelNames: ["direction"],
            in: registry
        )
        dynamic[["phone_to_binary"]].increment()
        typed[.phoneToBinary].increment()
        #expect(typed[.phoneToBinary].value == 2)
        dynamic.remove(["phone_to_binary"])
        #expect(try registry.parsed()["frames_total", ("direction", "phone_to_binary")] == nil)
        typed[.phoneToBinary].increment()
        #expect(try registry.parsed()["frames_total", ("direction", "phone_to_binary")] == "3")
    }

    @Test func aFamilyWithoutLabelsHasOneChild() throws {
        let family = try Gauge.family(validating: "depth", help: "Depth.", labelNames: [], in: registry)
        family[[]].set(4)
        #expect(try registry.parsed()["depth"] == "4")
    }

    @Test func histogramFamiliesHaveTheirBuckets() throws {
        let family = try Histogram.family(
            validating: "h",
            help: "H.",
            labelNames: ["queue"],
            buckets: [1, 2],
            in: registry
        )
        family[["mail"]].observe(1.5)
        #expect(try registry.parsed()["h_bucket", ("queue", "mail"), ("le", "2.0")] == "1")
    }
}

struct InfoTests {
    @Test func registeringTheSameInfoAgainChangesNothing() throws {
        let registry = MetricRegistry.bare()
        Info("build", help: "Build.", labels: ["version": "1"], in: registry)
        let done = DispatchGroup()
        done.enter()
        Thread.detachNewThread {
            for _ in 0..<2000 { Info("build", help: "Build.", labels: ["version": "1"], in: registry) }
            done.leave()
        }
        repeat {
            #expect(try registry.parsed()["build_info", ("version", "1")] == "1")
        } while done.wait(timeout: .now()) == .timedOut
    }

    @Test func concurrentRegistrationsLeaveOneInfo() throws {
        let registry = MetricRegistry.bare()
        for _ in 0..<200 {
            let done = DispatchGroup()
            for version in ["1", "2", "3"] {
                done.enter()
                Thread.detachNewThread {
                    Info("build", help: "Build.", labels: ["version": version], in: registry)
                    done.leave()
                }
            }
            done.wait()
            #expect(try registry.parsed().samples(of: "build_info").count == 1)
        }
    }

    @Test func anInfoHasTheValueOneAndTheLatestLabels() {
        let registry = MetricRegistry.bare()
        Info("chat_build", help: "What is running.", labels: ["version": "1.4.2", "revision": "a\"b"], in: registry)
        let text = #"""
            # HELP chat_build_info What is running.
            # TYPE chat_build_info gauge
            chat_build_info{version="1.4.2",revision="a\"b"} 1

            """#
        #expect(registry.text == text)
        Info("chat_build_info", help: "What is running.", labels: ["version": "1.4.3", "revision": "c"], in: registry)
        #expect(registry.text == text.replacing("1.4.2", with: "1.4.3").replacing(#"a\"b"#, with: "c"))
    }
}
