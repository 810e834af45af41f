import Dispatch
import Foundation
import TallyTestSupport
import TallyTesting
import Testing

@testable import Tally

/// Updates by label set, without a handle, and the indexes behind them.
@Suite(.timeLimit(.minutes(5)))
struct FamilyVerbTests {
    private let registry = MetricRegistry()

    private enum Side: String, LabelSet, LabelValue, CaseIterable {
        case left, right
        static let schema: [Label<Self>] = [Label("side", \.self)]
    }

    private struct Page: LabelSet, Hashable {
        var method = "GET"
        var path: String
        static let schema: [Label<Self>] = [Label("method", \.method), Label("path", \.path)]
    }

    /// Labels that need the text of their values, or more than one byte, or a nested property.
    private struct Mixed: LabelSet {
        struct Place: Sendable {
            var city: String
            var number: Int
        }
        var place: Place
        var shard: UInt16
        var isLarge: Bool
        static let schema: [Label<Self>] = [
            Label("city", \.place.city), Label("number", \.place.number), Label("shard", \.shard),
            Label("large", \.isLarge),
        ]
    }

    private struct Computed: LabelSet {
        var path: String
        var head: String { String(path.prefix(3)) }
        static let schema: [Label<Self>] = [Label("head", \.head)]
    }

    private struct Eight: LabelSet {
        var a = true, b = true, c = true, d = true, e = true, f = true, g = true, h = false
        static let schema: [Label<Self>] = [
            Label("a", \.a), Label("b", \.b), Label("c", \.c), Label("d", \.d), Label("e", \.e), Label("f", \.f),
            Label("g", \.g), Label("h", \.h),
        ]
    }

    /// The value of the sample with this name and these labels, or nil.
    private func value(_ sample: String) throws -> String? {
        let text = "\n" + String(decoding: registry.exposition().body, as: UTF8.self)
        return text.split(separator: "\n").first { $0.hasPrefix(sample + " ") }.map {
            String($0.dropFirst(sample.count + 1))
        }
    }

    // MARK: Verbs

    @Test func verbsUpdateTheSameChildAsTheSubscript() throws {
        let counts = Family<Page, Counter>("counts_total", help: "", in: registry)
        let floats = Family<Side, FloatCounter>("floats_total", help: "", in: registry)
        let gauges = Family<Page, Gauge>("gauges", help: "", in: registry)
        let times = Family<Page, Histogram>("times", help: "", buckets: [1, 2], in: registry)
        let states = Family<Page, StateSet<Side>>("states", help: "", in: registry)
        let users = Family<Page, ActiveUsers>("users", help: "", windows: [.hours(1)], in: registry)
        let page = Page(path: "/")
        for _ in 0..<3 {
            counts.increment(for: page)
            counts.increment(by: 4, for: page)
            floats.increment(by: 0.5, for: .left)
            floats.increment(by: .milliseconds(500), for: .left)
            floats.increment(for: .left)
            gauges.set(7, for: page)
            gauges.set(7.5, for: page)
            gauges.add(2, for: page)
            gauges.increment(for: page)
            gauges.decrement(by: 3, for: page)
            times.observe(1.5, for: page)
            times.observe(.milliseconds(500), for: page)
            states.set(.right, for: page)
            users.record("alice", for: page)
        }
        #expect(counts[page].value == 15)
        #expect(floats[.left].value == 6)
        #expect(gauges[page].value == 7.5)
        #expect(times[page].count == 6)
        #expect(times[page].sum == 6)
        #expect(states[page].active == [.right])
        #expect(users[page].counts()[.hours(1)] == 1)
    }

    @Test func verbsRejectInvalidValues() throws {
        let counts = Family<Page, Counter>("counts_total", help: "", in: registry)
        let floats = Family<Page, FloatCounter>("floats_total", help: "", in: registry)
        let gauges = Family<Page, Gauge>("gauges", help: "", in: registry)
        let times = Family<Page, Histogram>("times", help: "", in: registry)
        let page = Page(path: "/")
        counts.increment(by: -1, for: page)
        floats.increment(by: -1, for: page)
        floats.increment(by: .nan, for: page)
        gauges.add(.infinity, for: page)
        times.observe(.nan, for: page)
        #expect(try value(#"tally_rejected_updates_total{reason="negative"}"#) == "2")
        #expect(try value(#"tally_rejected_updates_total{reason="not_finite"}"#) == "3")
        counts.increment(by: .max, for: page)
        counts.increment(by: .max, for: page)
        #expect(counts[page].value == .max)
    }

    @Test func labelsOfEveryKindFindTheirChild() throws {
        let mixed = Family<Mixed, Counter>("mixed_total", help: "", in: registry)
        let computed = Family<Computed, Counter>("computed_total", help: "", in: registry)
        let eight = Family<Eight, Counter>("eight_total", help: "", in: registry)
        let pages = Family<Page, Counter>("pages_total", help: "", in: registry)
        // Strings of every length around those at which hashing and comparing change, and past the index's limit.
        let paths =
            (0...40).map { String(repeating: "x", count: $0) } + [
                String(repeating: "é", count: 200), String(repeating: "z", count: 2_000), "\"quoted\\\n\"", "x\0y",
            ]
        for round in 1...3 {
            for number in [Int.min, -1, 0, 1, .max] {
                for isLarge in [false, true] {
                    let place = Mixed.Place(city: "Bonn", number: number)
                    mixed.increment(for: Mixed(place: place, shard: .max, isLarge: isLarge))
                    #expect(mixed[Mixed(place: place, shard: .max, isLarge: isLarge)].value == round)
                }
            }
            for path in paths {
                pages.increment(for: Page(path: path))
                pages.increment(by: 2, for: Page(method: path, path: "GET"))
                #expect(pages[Page(path: path)].value == round)
                #expect(pages[Page(method: path, path: "GET")].value == 2 * round)
            }
            computed.increment(for: Computed(path: "abcd"))
            computed.increment(for: Computed(path: "abce"))
            eight.increment(for: Eight())
            eight.increment(for: Eight(h: true))
        }
        #expect(mixed.count == 10)
        #expect(computed[Computed(path: "abc")].value == 6)
        #expect(computed.count == 1)
        #expect(eight[Eight(h: true)].value == 3)
        #expect(
            try value(#"eight_total{a="true",b="true",c="true",d="true",e="true",f="true",g="true",h="false"}"#) == "3"
        )
        #expect(try value(#"mixed_total{city="Bonn",number="-1",shard="65535",large="true"}"#) == "3")
        pages.core.storage._checkInvariants()
    }

    @Test func labelSetsOfTheSameTextShareAChild() {
        let pages = Family<Page, Counter>("pages_total", help: "", in: registry)
        let long = String(repeating: "z", count: 2_000)
        // Different bytes, whose text is the same once truncated.
        pages.increment(for: Page(path: long + "a"))
        pages.increment(for: Page(path: long + "b"))
        #expect(pages.count == 1)
        // A large string with few bytes has another form in memory than a small one.
        var large = String(repeating: "y", count: 100)
        large.removeLast(98)
        for _ in 0..<2 {
            pages.increment(for: Page(path: large))
            pages.increment(for: Page(path: "yy"))
        }
        #expect(pages[Page(path: "yy")].value == 4)
    }

    // MARK: Children that come and go

    @Test func aRemovedChildIsExposedAgainByTheNextUpdate() throws {
        let pages = Family<Page, Counter>("pages_total", help: "", in: registry)
        let page = Page(path: "/")
        let sample = #"pages_total{method="GET",path="/"}"#
        let handle = pages[page]
        pages.increment(for: page)
        pages.remove(page)
        #expect(try value(sample) == nil)
        pages.increment(for: page)
        #expect(try value(sample) == "2")
        pages.removeAll()
        #expect(try value(sample) == nil)
        pages.increment(for: page)
        pages.increment(for: page)
        #expect(try value(sample) == "4")
        #expect(handle.value == 4)
        pages.core.storage._checkInvariants()
    }

    @Test func aFullFamilyDoesNotRememberTheOverflowChild() throws {
        let pages = Family<Page, Counter>("pages_total", help: "", maxChildren: 1, in: registry)
        pages.increment(for: Page(path: "/"))
        for _ in 0..<3 { pages.increment(for: Page(path: "/second")) }
        #expect(try value(#"pages_total{method="other",path="other"}"#) == "3")
        #expect(try value(#"tally_family_overflow_total{family="pages_total"}"#) == "3")
        pages.remove(Page(path: "/"))
        pages.increment(for: Page(path: "/second"))
        #expect(try value(#"pages_total{method="GET",path="/second"}"#) == "1")
    }

    @Test func updatesCountAsUseOfAChildWithAnIdleTimeout() throws {
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock)
        let gauges = Family<Page, Gauge>("gauges", help: "", idleTimeout: .seconds(100), in: registry)
        let pages = [Page(path: "/used"), Page(path: "/idle")]
        // The same value, so that only the lookups are a use.
        for page in pages { gauges.set(1, for: page) }
        for _ in 0..<5 {
            clock.advance(by: .seconds(60))
            gauges.set(1, for: pages[0])
            _ = registry.exposition()
        }
        #expect(gauges.count == 1)
        clock.advance(by: .seconds(100))
        _ = registry.exposition()
        #expect(gauges.count == 0)
        gauges.set(1, for: pages[1])
        #expect(gauges.count == 1)
        gauges.core.storage._checkInvariants()
    }

    @Test func theIndexDoesNotRetainRemovedChildren() {
        let pages = Family<Page, Counter>("pages_total", help: "", maxChildren: 20_000, in: registry)
        for index in 0..<10_000 {
            pages.increment(for: Page(path: "/\(index)"))
            if index >= 100 { pages.remove(Page(path: "/\(index - 100)")) }
        }
        _ = registry.exposition()
        #expect(pages.count == 100)
        #expect(pages.sweeps(below: 2_000, removing: Page(path: "/")))
        for index in 9_900..<10_000 { #expect(pages[Page(path: "/\(index)")].value == 1) }
        pages.core.storage._checkInvariants()
    }

    @Test func thousandsOfChildrenAreFoundAsTheIndexGrows() {
        let pages = Family<Page, Counter>("pages_total", help: "", maxChildren: 100_000, in: registry)
        for round in 1...2 {
            for index in 0..<20_000 { pages.increment(for: Page(path: "/\(index)")) }
            for index in stride(from: 0, to: 20_000, by: 997) { #expect(pages[Page(path: "/\(index)")].value == round) }
        }
        #expect(pages.count == 20_000)
    }

    @Test func scrapesKeepTheIndexWhileHandlesRetainHiddenChildren() {
        let pages = Family<Page, Counter>("pages_total", help: "", in: registry)
        let handles = (0..<200).map { pages[Page(path: "/\($0)")] }
        for index in 1..<200 { pages.remove(Page(path: "/\(index)")) }
        for _ in 0..<3 {
            _ = registry.exposition()
            // The next scrape completes the sweep, and the next lookup fills the index.
            pages.waitForReaders()
        }
        pages.increment(for: Page(path: "/0"))
        _ = registry.exposition()
        #expect(pages.core.withOpenHandle(of: Page(path: "/0")) { _ in true } == true, "the scrape emptied the index")
        #expect(handles[0].value == 1)
    }

    @Test func familiesOfTheSameDefinitionShareChildren() {
        let one = Family<Page, Counter>("pages_total", help: "", in: registry)
        let two = Family<Page, Counter>("pages_total", help: "", in: registry)
        one.increment(for: Page(path: "/"))
        two.increment(for: Page(path: "/"))
        two.remove(Page(path: "/"))
        one.increment(for: Page(path: "/"))
        #expect(one.count == 1)
        #expect(two[Page(path: "/")].value == 3)
    }

    @Test func noUpdateIsLostWhileOtherChildrenComeAndGo() async {
        let pages = Family<Page, Counter>("pages_total", help: "", maxChildren: 5_000, in: registry)
        let registry = registry
        let rounds = 2_000
        await onThreads(4) { thread in
            for round in 0..<rounds {
                pages.increment(for: Page(path: "/kept"))
                pages.increment(for: Page(path: "/\(thread)/kept"))
                let page = Page(path: "/\(thread)/\(round)")
                pages.increment(for: page)
                switch thread {
                case 0: pages.remove(page)
                case 1 where round % 500 == 0: _ = registry.exposition()
                case 2 where round > 0: pages.remove(Page(path: "/2/\(round - 1)"))
                default: break
                }
            }
        }
        #expect(pages[Page(path: "/kept")].value == 4 * rounds)
        for thread in 0..<4 { #expect(pages[Page(path: "/\(thread)/kept")].value == rounds) }
        pages.core.storage._checkInvariants()
    }

    @Test func updatesRaceWithRemovalAndTheEndOfAFamily() async {
        for _ in 0..<20 {
            let registry = MetricRegistry()
            let pages = Family<Page, Counter>("pages_total", help: "", idleTimeout: .nanoseconds(1), in: registry)
            await onThreads(3) { thread in
                for round in 0..<200 {
                    pages.increment(for: Page(path: "/\(round & 7)"))
                    if thread == 0, round & 31 == 0 { pages.removeAll() }
                    if thread == 1, round & 63 == 0 { _ = registry.exposition() }
                }
            }
            pages.core.storage._checkInvariants()
        }
    }

    /// Sections overlap, so that one is open whenever a sweep would begin.
    @Test func removedChildrenAreFreedThoughLookupsNeverPause() {
        let pages = Family<Page, Counter>("pages_total", help: "", in: registry)
        var section = unsafe ReadSections.enter(ReadSections.memory)
        var most = 0
        for number in 0..<20_000 {
            let next = unsafe ReadSections.enter(ReadSections.memory)
            unsafe ReadSections.leave(section)
            unsafe section = next
            pages.increment(for: Page(path: "/\(number)"))
            pages.remove(Page(path: "/\(number)"))
            most = max(most, pages.core.storage.size.slots)
        }
        unsafe ReadSections.leave(section)
        // About a thousand, and more while a lookup of another test is suspended.
        #expect(most < 10_000)
        #expect(pages.sweeps(below: 2_000, removing: Page(path: "/")))
        pages.core.storage._checkInvariants()
    }

    @Test func removeAllFreesChildrenThatLookupsFound() {
        let pages = Family<Page, Counter>("pages_total", help: "", maxChildren: 5000, in: registry)
        for number in 0..<4500 { pages.increment(for: Page(path: "/\(number)")) }
        pages.removeAll()
        #expect(pages.sweeps(below: 1000, removing: Page(path: "/")))
        pages.core.storage._checkInvariants()
    }

    @Test func manyChildrenCountExactlyWhetherInTheIndexOrNot() {
        let pages = Family<Page, Counter>("pages_total", help: "", maxChildren: 70_000, in: registry)
        for _ in 0..<2 { for number in 0..<70_000 { pages.increment(for: Page(path: "\(number)")) } }
        for number in 0..<70_000 where number % 3 != 0 { pages.remove(Page(path: "\(number)")) }
        for number in 0..<70_000 { pages.increment(for: Page(path: "\(number)")) }
        #expect((0..<70_000).allSatisfy { $0 % 3 != 0 || pages[Page(path: "\($0)")].value == 3 })
        pages.core.storage._checkInvariants()
    }

    /// Runs `body` on several threads at once, and waits for them without blocking the pool.
    private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) async {
        await withTaskGroup { group in
            for thread in 0..<count { group.addTask { try? await onThread { body(thread) } } }
        }
    }
}

extension Family {
    /// Waits until no lookup reads what the family has given up, or for some seconds. Sections belong to the process, so
    /// other tests may be in some for a moment.
    func waitForReaders() {
        for _ in 0..<1_000_000 {
            if core.storage.reclaimIndexes() { return }
            sched_yield()
        }
    }

    /// True if the family has fewer slots, at the latest once a sweep has ended that lookups of other tests delayed.
    func sweeps(below slots: Int, removing labels: Labels) -> Bool {
        for _ in 0..<1_000 where core.storage.size.slots >= slots {
            waitForReaders()
            _ = self[labels]
            remove(labels)
        }
        return core.storage.size.slots < slots
    }
}

/// Sections belong to the process, so other tests may be in some for a moment.
struct ReadSectionTests {
    @Test func aGracePeriodEndsAfterTheSectionsBeforeIt() {
        let section = unsafe ReadSections.enter(ReadSections.memory)
        var grace = ReadSections.GracePeriod()
        let passed = (0..<4).map { _ in grace.hasPassed() }
        #expect(!passed.contains(true))
        unsafe ReadSections.leave(section)
        // Other tests may be in sections of their own for a moment.
        while !grace.hasPassed() { sched_yield() }
    }

    @Test func newSectionsDoNotProlongAGracePeriod() {
        var grace = ReadSections.GracePeriod()
        var open = unsafe [ReadSections.enter(ReadSections.memory)]
        while !grace.hasPassed() {
            unsafe open.append(ReadSections.enter(ReadSections.memory))
            unsafe ReadSections.leave(open.removeFirst())
        }
        for section in unsafe open { unsafe ReadSections.leave(section) }
    }

    @Test func gracePeriodsDoNotProlongEachOther() {
        var section = unsafe ReadSections.enter(ReadSections.memory)
        var waiting = [ReadSections.GracePeriod()]
        var rounds = 0
        repeat {
            for index in waiting.indices.reversed() {
                if waiting[index].hasPassed() { waiting.remove(at: index) }
                let next = unsafe ReadSections.enter(ReadSections.memory)
                unsafe ReadSections.leave(section)
                unsafe section = next
            }
            if rounds == 0 { waiting.append(ReadSections.GracePeriod()) }
            rounds += 1
        } while !waiting.isEmpty && rounds < 1_000_000
        unsafe ReadSections.leave(section)
        #expect(waiting.isEmpty)
    }
}
