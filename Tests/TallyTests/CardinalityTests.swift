import Testing

@testable import Tally

struct CardinalityTests {
    let registry = MetricRegistry()

    @Test func labelSetsPastTheLimitShareTheOverflowChild() throws {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", maxChildren: 3, in: registry)
        for path in ["/a", "/b", "/c", "/d", "/e", "/a", "/d"] { family[Path(path: path)].increment() }
        let text = try registry.parsed()
        #expect(
            text.samples(of: "hits_total").map { String(decoding: $0.labels[0].value, as: UTF8.self) + $0.value }
                == ["/a2", "/b1", "/c1", "other3"]
        )
        #expect(text["tally_family_overflow_total", ("family", "hits_total")] == "3")
    }

    @Test func aMillionLabelValuesDoNotExceedTheLimit() throws {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", in: registry)
        for index in 0..<1_000_000 { family[Path(path: "/\(index)")].increment() }
        #expect(family.count == 1001)
        let text = try registry.parsed()
        let samples = text.samples(of: "hits_total")
        #expect(samples.count == 1001)
        #expect(samples.compactMap { Int($0.value) }.reduce(0, +) == 1_000_000)
        #expect(samples.last?.value == "999000")
        #expect(text["tally_family_overflow_total", ("family", "hits_total")] == "999000")
    }

    @Test func familiesWithinTheirLimitHaveNoOverflowSeries() throws {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", in: registry)
        family[Path(path: "/")].increment()
        #expect(try registry.parsed().samples(of: "tally_family_overflow_total").isEmpty)
    }

    @Test func theLabelValueOtherNamesTheOverflowChild() throws {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", maxChildren: 2, in: registry)
        for path in ["other", "/a", "/b", "/c"] { family[Path(path: path)].increment() }
        #expect(family[Path(path: "other")].value == 3)
        #expect(family.count == 2)
        family.core.storage._checkInvariants()
    }

    @Test func removingAChildMakesRoomForAnother() {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", maxChildren: 2, in: registry)
        for path in ["/a", "/b", "/c"] { family[Path(path: path)].increment() }
        family.remove(Path(path: "/a"))
        family[Path(path: "/c")].increment(by: 10)
        #expect(family[Path(path: "/c")].value == 10)
        #expect(family[Path(path: "/a")].value == 1, "full again, so /a is the overflow child")
        family.core.storage._checkInvariants()
    }

    @Test func theOverflowChildCanBeRemovedAndReturns() {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", maxChildren: 1, in: registry)
        for path in ["/a", "/b"] { family[Path(path: path)].increment() }
        #expect(family.count == 2)
        #expect(family.remove(Path(path: "other")))
        #expect(family.count == 1)
        family.core.storage._checkInvariants()
        family[Path(path: "/c")].increment()
        #expect(family.count == 2)
        family.core.storage._checkInvariants()
    }

    @Test func theNumberOfRejectedLabelSetsIsEstimated() throws {
        let registry = MetricRegistry()
        let family = Family<Path, Counter>("hits_total", help: "Hits.", maxChildren: 10, in: registry)
        for round in 0..<3 {
            for path in 0..<5010 { family[Path(path: "/\(path)")].increment() }
            let estimate = try registry.parsed()["tally_family_overflow_label_sets", ("family", "hits_total")]
            // Six standard errors, since each registry hashes with a random seed. Repeated label sets do not count again.
            #expect(abs(try #require(Double(estimate ?? "")) - 5000) < 975, "round \(round)")
        }
        registry.unregister("hits_total")
        #expect(try registry.parsed()["tally_family_overflow_label_sets", ("family", "hits_total")] == nil)
    }

    @Test func constantLabelsAreTruncatedOnceForAllFormats() throws {
        let long = String(repeating: "é", count: 1000)
        let registry = try MetricRegistry(validatingPrefix: "", constantLabels: [("zone", long)])
        _ = Gauge("depth", help: "Depth.", in: registry)
        #expect(try registry.parsed().samples(of: "depth").first?.labels.first?.value.count == 1024)
        #expect(registry.json.contains("\"zone\":\"\(String(repeating: "é", count: 512))\"}"))
        #expect(try registry.parsed().samples(of: "tally_shortened_label_values_total").first?.value == "1")
    }

    @Test func pagesOfVeryLongSeriesAreBounded() throws {
        let names = (0..<60).map { "label_\($0)" }
        let family = try Counter.family(validating: "hits_total", help: "Hits.", labelNames: names, in: registry)
        let value = String(repeating: "\"", count: 1024)
        for index in 0..<300 { family[Array(repeating: value, count: 59) + ["\(index)"]].increment() }
        let pages = family.storage.view().pages
        #expect(pages.allSatisfy { ($0.page?.textCapacity ?? .max) < 400_000 })
        #expect(pages.reduce(0) { $0 + Int($1.count) } == 300)
        family.storage._checkInvariants()
    }

    @Test func closedLabelSetsOverflowToo() throws {
        let family = Family<Route, Counter>("hits_total", help: "Hits.", maxChildren: 1, in: registry)
        for _ in 0..<3 { family[Route(method: .get, isCached: true)].increment() }
        for _ in 0..<3 { family[Route(method: .post, isCached: true)].increment() }
        #expect(try registry.parsed()["hits_total", ("method", "other"), ("cached", "other")] == "3")
        #expect(try registry.parsed()["tally_family_overflow_total", ("family", "hits_total")] == "3")
    }

    @Test func enumCasesPastTheLimitKeepTheirOwnChildren() {
        let family = Family<Direction, Counter>("frames_total", help: "Frames.", maxChildren: 1, in: registry)
        family[.binaryToPhone].increment()
        #expect(family[.binaryToPhone].value == 1)
        #expect(family.count == 2)
    }

    @Test func longLabelValuesAreTruncatedAtACharacterBoundary() throws {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", in: registry)
        let megabyte = String(repeating: "x", count: 1_000_000)
        family[Path(path: megabyte)].increment()
        family[Path(path: megabyte + "y")].increment()
        family[Path(path: String(repeating: "x", count: 1023) + "é")].increment()
        family[Path(path: String(repeating: "\"", count: 1024))].increment()
        let values = try registry.parsed().samples(of: "hits_total").map(\.labels[0].value.count)
        #expect(values == [1024, 1023, 1024])
        #expect(try registry.parsed()["tally_shortened_label_values_total"] == "3")
    }

    @Test func aSeriesLargerThanAChunkIsExposed() throws {
        let registry = MetricRegistry.bare()
        let names = (0..<60).map { "label_\($0)" }
        let family = try Counter.family(validating: "hits_total", help: "Hits.", labelNames: names, in: registry)
        let value = String(repeating: "\\", count: 1024)
        for index in 0..<5 { family[Array(repeating: value, count: 59) + ["\(index)"]].increment(by: index) }
        let samples = try registry.parsed().samples(of: "hits_total")
        #expect(samples.map(\.value) == ["0", "1", "2", "3", "4"])
        #expect(samples.allSatisfy { $0.labels.count == 60 && $0.labels[0].value.count == 1024 })
        let chunks = Array(registry.chunks(as: .prometheusText))
        #expect(Array(chunks.joined()).count == registry.exposition().body.count)
        #expect(chunks.allSatisfy { $0.last == UInt8(ascii: "\n") })
    }
}

struct RemovalTests {
    let registry = MetricRegistry()

    @Test func aRemovedChildKeepsCountingAndReturnsWithItsValue() throws {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", in: registry)
        let held = family[Path(path: "/a")]
        held.increment()
        #expect(family.remove(Path(path: "/a")))
        #expect(!family.remove(Path(path: "/a")))
        #expect(family.count == 0)
        #expect(try registry.parsed().samples(of: "hits_total").isEmpty)
        held.increment()
        let again = family[Path(path: "/a")]
        again.increment()
        #expect(again.value == 3 && held.value == 3)
        #expect(try registry.parsed().samples(of: "hits_total").map(\.value) == ["3"])
    }

    @Test func aRemovedEnumChildReturnsAtItsNextUse() throws {
        let family = Family<Direction, Counter>("frames_total", help: "Frames.", in: registry)
        family[.phoneToBinary].increment()
        family[.binaryToPhone].increment()
        family.remove(.phoneToBinary)
        #expect(try registry.parsed().samples(of: "frames_total").map(\.value) == ["1"])
        family[.phoneToBinary].increment()
        #expect(try registry.parsed().samples(of: "frames_total").map(\.value) == ["2", "1"])
        family.removeAll()
        #expect(try registry.parsed().samples(of: "frames_total").isEmpty)
        family[.binaryToPhone].increment()
        #expect(try registry.parsed().samples(of: "frames_total").map(\.value) == ["2"])
    }

    /// Label sets come and go and are never reused, as those of containers or rooms.
    @Test func removedChildrenReleaseTheirMemory() {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", in: registry)
        let held = family[Path(path: "/held")]
        for generation in 0..<200 {
            for index in 0..<500 { family[Path(path: "/\(generation)/\(index)")].increment() }
            for index in 0..<500 { family.remove(Path(path: "/\(generation)/\(index)")) }
            family.core.storage._checkInvariants()
        }
        #expect(family.sweeps(below: 2000, removing: Path(path: "/")))
        held.increment()
        #expect(family[Path(path: "/held")].value == 1)
        #expect(family.count == 1)
    }

    @Test func remainingChildrenKeepTheirOrderAndValues() throws {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", maxChildren: 5000, in: registry)
        for index in 0..<5000 { family[Path(path: "/\(index)")].increment(by: index) }
        for index in 0..<5000 where index % 7 != 0 { family.remove(Path(path: "/\(index)")) }
        family.core.storage._checkInvariants()
        let left = (0..<5000).filter { $0 % 7 == 0 }
        #expect(try registry.parsed().samples(of: "hits_total").map(\.value) == left.map(String.init))
        for index in left { #expect(family[Path(path: "/\(index)")].value == index) }
        #expect(family.sweeps(below: 2000, removing: Path(path: "/")))
    }

    @Test func aHeldHandleKeepsItsChildThroughCompaction() {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", maxChildren: 5000, in: registry)
        var held: [Counter] = []
        for index in 0..<5000 {
            let counter = family[Path(path: "/\(index)")]
            if index % 1000 == 0 { held.append(counter) }
        }
        family.removeAll()
        for counter in held { counter.increment(by: 7) }
        for index in 0..<5 { #expect(family[Path(path: "/\(index * 1000)")].value == 7) }
        family.core.storage._checkInvariants()
    }

    @Test func removalsDoNotChangeAScrapeInProgress() throws {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", maxChildren: 20_000, in: registry)
        for index in 0..<20_000 { family[Path(path: "/\(index)")].increment(by: index) }
        var chunks = registry.chunks(as: .prometheusText)
        var body = chunks.next() ?? []
        family.removeAll()
        for index in 0..<20_000 { family[Path(path: "/new/\(index)")].increment(by: index) }
        while let chunk = chunks.next() { body += chunk }
        let values = try ParsedText(body).samples(of: "hits_total").map(\.value)
        #expect(values == (0..<20_000).map(String.init))
    }

    @Test func anUnregisteredNameCanBeRegisteredAgain() throws {
        let counter = Counter("jobs_total", help: "Jobs.", in: registry)
        #expect(registry.unregister("jobs_total"))
        #expect(!registry.unregister("jobs_total"))
        counter.increment()
        let gauge = try Gauge(validating: "jobs", help: "Now a gauge.", in: registry)
        gauge.set(5)
        #expect(try registry.parsed()["jobs"] == "5")
        #expect(try registry.parsed()["jobs_total"] == nil)
    }
}
