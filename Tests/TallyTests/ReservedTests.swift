import TallyTestSupport
import TallyTesting
import Testing

@testable import Tally

/// Label sets outside a family's limit.
struct ReservedTests {
    let registry = MetricRegistry()

    private func hits(
        _ maxChildren: Int,
        _ reserved: [String],
        idleTimeout: Duration? = nil,
        in registry: MetricRegistry
    ) -> Family<Path, Counter> {
        Family(
            "hits_total",
            help: "Hits.",
            maxChildren: maxChildren,
            reserved: reserved.map(Path.init),
            idleTimeout: idleTimeout,
            in: registry
        )
    }

    private func counts(_ registry: MetricRegistry) throws -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: try registry.parsed().samples(of: "hits_total").map {
                (String(decoding: $0.labels[0].value, as: UTF8.self), $0.value)
            }
        )
    }

    // MARK: The promise

    @Test func reservedLabelSetsExistFromBootInTheirOrder() {
        let registry = MetricRegistry.bare()
        _ = hits(["/b", "/a"], in: registry)
        #expect(registry.text.hasSuffix("hits_total{path=\"/b\"} 0\nhits_total{path=\"/a\"} 0\n"))
    }

    private func hits(_ reserved: [String], in registry: MetricRegistry) -> Family<Path, Counter> {
        hits(2, reserved, in: registry)
    }

    @Test func junkCannotPushReservedLabelSetsOut() throws {
        let family = hits(["/", "/about"], in: registry)
        for index in 0..<1000 { family.increment(for: Path(path: "/junk/\(index)")) }
        for _ in 0..<3 { family.increment(for: Path(path: "/about")) }
        family[Path(path: "/")].increment()
        #expect(
            try counts(registry) == ["/": "1", "/about": "3", "/junk/0": "1", "/junk/1": "1", "other": "998"]
        )
        family.core.storage._checkInvariants()
    }

    @Test func reservedLabelSetsTakeNoPlaceOfOthers() {
        let family = hits(["/", "/about"], in: registry)
        for path in ["/a", "/b"] { family.increment(for: Path(path: path)) }
        #expect(family.count == 4)
        #expect(family[Path(path: "/b")].value == 1)
        #expect(family.core.storage.overflowTotal == 0)
    }

    @Test func thereMayBeMoreReservedLabelSetsThanTheLimit() throws {
        let family = hits(1, (0..<100).map { "/\($0)" }, in: registry)
        for index in 0..<100 { family.increment(by: index, for: Path(path: "/\(index)")) }
        #expect(family.count == 100)
        #expect(try counts(registry)["/99"] == "99")
        family.increment(for: Path(path: "/x"))
        #expect(family.count == 101, "the limit of one is for others")
        family.core.storage._checkInvariants()
    }

    @Test func aReservedLabelSetGivenTwiceIsOne() {
        let family = hits(1, ["/", "/", "/"], in: registry)
        #expect(family.count == 1)
        family.increment(for: Path(path: "/a"))
        #expect(family[Path(path: "/a")].value == 1)
        family.core.storage._checkInvariants()
    }

    @Test func reservedLabelSetsAreComparedByBytes() throws {
        let family = hits(1, ["/\u{E9}"], in: registry)
        family.increment(for: Path(path: "/a"))
        family.increment(for: Path(path: "/e\u{301}"))
        #expect(try registry.parsed()["hits_total", ("path", "other")] == "1")
    }

    @Test(arguments: ["", "a\"b\\c\nd", "\0", String(repeating: "x", count: 3000), "é\u{301}", "other"])
    func anyTextCanBeReserved(_ text: String) throws {
        let family = hits(1, [text], in: registry)
        for path in ["/a", "/b", text, text] { family.increment(for: Path(path: path)) }
        let overflow = text == "other" ? 1 : 0
        #expect(family[Path(path: text)].value == 2 + overflow)
        family.core.storage._checkInvariants()
    }

    // MARK: The overflow child

    @Test func aReservedOverflowChildExistsFromBootAndTakesNoPlace() throws {
        let family = hits(1, ["other"], in: registry)
        #expect(try counts(registry) == ["other": "0"])
        for path in ["/a", "/b", "/c"] { family.increment(for: Path(path: path)) }
        #expect(try counts(registry) == ["/a": "1", "other": "2"])
        family.core.storage._checkInvariants()
        family.remove(Path(path: "other"))
        family.core.storage._checkInvariants()
        family.increment(for: Path(path: "/d"))
        #expect(try counts(registry) == ["/a": "1", "other": "3"])
        family.core.storage._checkInvariants()
    }

    @Test func anOverflowChildCanBeReservedLater() {
        let family = hits(1, [], in: registry)
        for path in ["/a", "/b"] { family.increment(for: Path(path: path)) }
        _ = hits(1, ["other", "/a"], in: registry)
        family.core.storage._checkInvariants()
        family.increment(for: Path(path: "/c"))
        #expect(family[Path(path: "/c")].value == 1, "/a has made room")
        family.core.storage._checkInvariants()
    }

    // MARK: Removal and expiry

    @Test func aRemovedReservedLabelSetFindsItsPlaceAgain() throws {
        let family = hits(1, ["/"], in: registry)
        family.increment(for: Path(path: "/a"))
        #expect(family.remove(Path(path: "/")))
        #expect(try counts(registry) == ["/a": "1"])
        family.core.storage._checkInvariants()
        for path in ["/b", "/"] { family.increment(for: Path(path: path)) }
        #expect(try counts(registry) == ["/a": "1", "/": "1", "other": "1"])
        family.core.storage._checkInvariants()
    }

    @Test func reservedLabelSetsReturnAfterTheRemovalOfAll() throws {
        let family = hits(1, ["/"], in: registry)
        family.removeAll()
        #expect(family.count == 0)
        family.core.storage._checkInvariants()
        for path in ["/a", "/b", "/"] { family.increment(for: Path(path: path)) }
        #expect(try counts(registry) == ["/a": "1", "/": "1", "other": "1"])
        family.core.storage._checkInvariants()
    }

    @Test func registeringAgainExposesRemovedReservedLabelSets() throws {
        let family = hits(1, ["/"], in: registry)
        family.removeAll()
        _ = hits(1, ["/"], in: registry)
        #expect(try counts(registry) == ["/": "0"])
        family.core.storage._checkInvariants()
    }

    @Test func reservedLabelSetsDoNotExpire() throws {
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock)
        let family = hits(1, ["/"], idleTimeout: .seconds(60), in: registry)
        family.increment(for: Path(path: "/a"))
        for _ in 0..<3 {
            clock.advance(by: .seconds(61))
            _ = registry.exposition()
        }
        #expect(try counts(registry) == ["/": "0"])
        family.core.storage._checkInvariants()
        for path in ["/b", "/c", "/"] { family.increment(for: Path(path: path)) }
        #expect(try counts(registry) == ["/": "1", "/b": "1", "other": "1"])
        family.core.storage._checkInvariants()
    }

    @Test func anExpiredLabelSetThatIsReservedIsExposedAgain() throws {
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock)
        let family = hits(1, [], idleTimeout: .seconds(60), in: registry)
        let handle = family[Path(path: "/a")]
        clock.advance(by: .seconds(61))
        _ = registry.exposition()
        #expect(family.count == 0)
        _ = hits(1, ["/a"], idleTimeout: .seconds(60), in: registry)
        handle.increment()
        #expect(try counts(registry) == ["/a": "1"])
        family.core.storage._checkInvariants()
    }

    @Test func reservedLabelSetsSurviveTheSweepOfManyOthers() throws {
        let reserved = (0..<50).map { "/kept/\($0)" }
        let family = hits(5000, reserved, in: registry)
        for round in 0..<4 {
            for index in 0..<4000 { family.increment(for: Path(path: "/\(round)/\(index)")) }
            for path in reserved { family.increment(for: Path(path: path)) }
            for index in 0..<4000 { family.remove(Path(path: "/\(round)/\(index)")) }
            _ = registry.exposition()
            family.core.storage._checkInvariants()
        }
        #expect(try counts(registry) == Dictionary(uniqueKeysWithValues: reserved.map { ($0, "4") }))
    }

    // MARK: Registration

    @Test func registeringWithOtherReservedLabelSetsAddsThem() throws {
        let first = hits(1, ["/"], in: registry)
        first.increment(for: Path(path: "/a"))
        let second = hits(1, ["/about", "/a"], in: registry)
        first.core.storage._checkInvariants()
        second.increment(for: Path(path: "/about"))
        second.increment(for: Path(path: "/b"))
        #expect(try counts(registry) == ["/": "0", "/a": "1", "/about": "1", "/b": "1"])
    }

    @Test func casesOfALabelSetCanBeReserved() throws {
        let frames = Family<Direction, Counter>(
            "frames_total",
            help: "Frames.",
            reserved: [.binaryToPhone],
            in: registry
        )
        #expect(frames.count == 2)
        frames.increment(for: .binaryToPhone)
        #expect(try registry.parsed()["frames_total", ("direction", "binary_to_phone")] == "1")
        frames.core.storage._checkInvariants()
    }

    @Test func everyKindOfFamilyReserves() throws {
        enum Phase: String, LabelValue, CaseIterable { case up, down }
        let home = [Path(path: "/")]
        let families: [any Counted] = [
            Family<Path, Counter>("a_total", help: "A.", maxChildren: 1, reserved: home, in: registry),
            Family<Path, FloatCounter>("b_total", help: "B.", maxChildren: 1, reserved: home, in: registry),
            Family<Path, Gauge>("c", help: "C.", maxChildren: 1, reserved: home, in: registry),
            Family<Path, Histogram>("d", help: "D.", maxChildren: 1, reserved: home, in: registry),
            Family<Path, StateSet<Phase>>("e", help: "E.", maxChildren: 1, reserved: home, in: registry),
            Family<Path, ActiveUsers>(
                "f",
                help: "F.",
                windows: [.hours(1)],
                maxChildren: 1,
                reserved: home,
                in: registry
            ),
            try Family<Path, Counter>(validating: "g", help: "G.", maxChildren: 1, reserved: home, in: registry),
            try Family<Path, Histogram>(validating: "h", help: "H.", maxChildren: 1, reserved: home, in: registry),
            try Family<Path, StateSet<Phase>>(
                validating: "i",
                help: "I.",
                maxChildren: 1,
                reserved: home,
                in: registry
            ),
            try Family<Path, ActiveUsers>(
                validating: "j",
                help: "J.",
                windows: [.hours(1)],
                maxChildren: 1,
                reserved: home,
                in: registry
            ),
            try Counter.family(
                validating: "k",
                help: "K.",
                labelNames: ["path"],
                maxChildren: 1,
                reserved: [["/"]],
                in: registry
            ),
            try Histogram.family(
                validating: "l",
                help: "L.",
                labelNames: ["path"],
                maxChildren: 1,
                reserved: [["/"]],
                in: registry
            ),
            try StateSet<Phase>.family(
                validating: "m",
                help: "M.",
                labelNames: ["path"],
                maxChildren: 1,
                reserved: [["/"]],
                in: registry
            ),
            try ActiveUsers.family(
                validating: "n",
                help: "N.",
                labelNames: ["path"],
                windows: [.hours(1)],
                maxChildren: 1,
                reserved: [["/"]],
                in: registry
            ),
        ]
        for family in families {
            #expect(family.count == 1, "\(family)")
            for path in ["/a", "/b", "/"] { family.touch(path) }
            #expect(family.count == 3, "\(family)")
            family.storage._checkInvariants()
        }
    }

    // MARK: Concurrency

    @Test func reservingWhileOthersFillTheFamilyKeepsEveryCount() async throws {
        let family = hits(8, [], in: registry)
        let reserved = (0..<32).map { "/kept/\($0)" }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for thread in 0..<4 {
                group.addTask { [registry] in
                    try await onThread {
                        for index in 0..<2000 {
                            family.increment(for: Path(path: "/\(thread)/\(index)"))
                            family.increment(for: Path(path: reserved[index % 32]))
                            if index % 500 == 0 { _ = registry.exposition() }
                        }
                    }
                }
            }
            group.addTask { [registry] in
                try await onThread {
                    for path in reserved { _ = self.hits(8, [path], in: registry) }
                }
            }
            try await group.waitForAll()
        }
        family.core.storage._checkInvariants()
        let counts = try counts(registry)
        #expect(counts.values.compactMap { Int($0) }.reduce(0, +) == 16_000)
        for path in reserved { #expect(counts[path] != nil) }
    }
}

/// The interface of a family that the test of all kinds needs.
private protocol Counted {
    var count: Int { get }
    var storage: FamilyStorage { get }
    func touch(_ path: String)
}

extension Family: Counted where Labels == Path {
    fileprivate var storage: FamilyStorage { core.storage }
    fileprivate func touch(_ path: String) { _ = self[Path(path: path)] }
}

extension DynamicFamily: Counted {
    fileprivate func touch(_ path: String) { _ = self[[path]] }
}
