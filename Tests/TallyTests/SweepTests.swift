import Dispatch
import Foundation
import TallyTestSupport
import Testing

@testable import Tally

/// Memory is bounded by exposed children, children with live handles, and pages that scrapes still read.
struct SweepTests {
    let registry = MetricRegistry(ownMetrics: false)

    private func family(_ limit: Int = 200_000) throws -> DynamicFamily<Counter> {
        try Counter.family(validating: "c_total", help: "", labelNames: ["n"], maxChildren: limit, in: registry)
    }

    @Test func aHandleRetainsOnlyItsNeighbours() throws {
        let family = try family()
        var kept: [Counter] = []
        for number in 0..<60_000 {
            let child = family[["\(number)"]]
            child.increment(by: number)
            if number % 1000 == 500 { kept.append(child) }
            family.remove(["\(number)"])
        }
        family.removeAll()
        family.storage._checkInvariants()
        // Sixteen slots per handle, and as many as are not worth a sweep.
        #expect(family.storage.size.slots <= 60 * 16 + 512 + 60 * 16)
        #expect(family.storage.size.entries < 20_000)
        for (index, child) in kept.enumerated() {
            let number = index * 1000 + 500
            child.increment()
            #expect(family[["\(number)"]].value == number + 1, "the same child while its handle lives")
        }
        family.storage._checkInvariants()
    }

    @Test func releasingHandlesReleasesTheirChildren() throws {
        let family = try family()
        var kept = (0..<20_000).map { family[["\($0)"]] }
        family.removeAll()
        #expect(family.storage.size.slots >= 20_000)
        kept.removeAll()
        _ = registry.exposition()
        #expect(family.storage.size.slots < 1000)
        #expect(family[["77"]].value == 0)
        family.storage._checkInvariants()
    }

    @Test func slowReadersRetainOnlyTheirOwnPages() throws {
        let family = try family(5000)
        var readers: [ExpositionChunks] = []
        for round in 0..<60 {
            family.removeAll()
            for number in 0..<2000 { family[["\(round) \(number)"]].increment() }
            // Two readers are still open when the next one starts.
            readers.append(registry.chunks(as: .prometheusText))
            if readers.count > 2 { readers.removeFirst() }
            // A child that is added while the first reader is open.
            if round == 0 { family[["stays"]].increment() }
            #expect(family.storage.size.slots < 8000, "round \(round)")
        }
        readers.removeAll()
        family.storage._checkInvariants()
        #expect(family.storage.size.entries < 20_000)
    }

    @Test func aReaderRetainsPagesOnlyWhileItLives() throws {
        let family = try family(5000)
        for number in 0..<2000 { family[["\(number)"]].increment() }
        weak var page: SeriesPage?
        var reader: FamilyStorage.View? = family.storage.view()
        page = reader?.pages.last?.page
        #expect(page != nil)
        family.removeAll()
        let after = family.storage.view()
        #expect(page != nil && after.pages.isEmpty, "a new view has no hidden children")
        reader = nil
        #expect(page == nil)
    }

    @Test func viewsSkipPagesWithoutExposedChildren() throws {
        let family = try family(5000)
        // Hidden, and retained by its handle.
        let held = family[["held"]]
        family.removeAll()
        #expect(family.storage.size.slots > 0 && family.storage.view().pages.isEmpty)
        held.increment()
        #expect(family[["held"]].value == 1)
        // The state that a scrape finds if it starts before the sweep reaches the pages.
        family.storage.state.withLock { family.storage.hideAll(&$0) }
        #expect(family.storage.view().pages.isEmpty)
    }

    /// Compared with a dictionary: children that are created, removed, held and released at random keep their counts.
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func childrenAgreeWithADictionary(_ seed: UInt64) throws {
        var random = Xorshift(seed: seed)
        let family = try family(100_000)
        var exposed: [Int: Int] = [:]
        var handles: [Int: Counter] = [:]
        /// The counts of children that are not exposed but have a live handle.
        var hidden: [Int: Int] = [:]
        for step in 0..<16_000 {
            let number = Int(random.next() % 3000)
            switch random.next() % (step % 4000 < 2000 ? 10 : 20) {
            case 0..<5:
                let child = family[["\(number)"]]
                child.increment()
                let before = exposed[number] ?? hidden[number]
                if let before { #expect(child.value == before + 1) }
                exposed[number] = child.value
                hidden[number] = nil
                if random.next() % 8 == 0 { handles[number] = child }
            case 5: handles[number] = nil
            case 6 where random.next() % 200 == 0:
                family.removeAll()
                for (number, value) in exposed where handles[number] != nil { hidden[number] = value }
                exposed = [:]
            case 7:
                handles[number]?.increment()
                if handles[number] != nil, exposed[number] != nil { exposed[number]? += 1 }
                if handles[number] != nil, hidden[number] != nil { hidden[number]? += 1 }
            default:
                #expect(family.remove(["\(number)"]) == (exposed[number] != nil))
                if handles[number] != nil, let value = exposed[number] { hidden[number] = value }
                exposed[number] = nil
            }
            for number in hidden.keys where handles[number] == nil { hidden[number] = nil }
            if step % 2000 == 0 { family.storage._checkInvariants() }
        }
        family.storage._checkInvariants()
        let shown = Dictionary(
            uniqueKeysWithValues: try registry.parsed().samples.map {
                (Int(String(decoding: $0.labels[0].value, as: UTF8.self)), Int($0.value))
            }
        )
        #expect(shown == Dictionary(uniqueKeysWithValues: exposed.map { (Optional($0), Optional($1)) }))
        for (number, handle) in handles where exposed[number] != nil {
            #expect(handle.value == exposed[number])
            #expect(family[["\(number)"]].value == exposed[number])
        }
    }

    @Test func childrenMovedByASweepKeepTheirData() throws {
        let registry = try MetricRegistry(
            clock: ContinuousClock(),
            wallSeconds: { 5 },
            exposesCreated: true
        )
        let family = try Histogram.family(
            validating: "h",
            help: "",
            labelNames: ["a", "b"],
            buckets: [1],
            maxChildren: 10_000,
            in: registry
        )
        for number in 0..<2000 {
            family[["\(number)", "\"\n\(number)"]].observe(0.5, exemplar: ["id": "\(number)"])
        }
        for number in 0..<2000 where number % 100 != 3 { family.remove(["\(number)", "\"\n\(number)"]) }
        #expect(family.storage.size.slots < 1000)
        let body = registry.exposition(as: .openMetrics).body
        let lines = String(decoding: body, as: UTF8.self).split(separator: "\n")
        for number in stride(from: 3, to: 2000, by: 100) {
            let labels = #"a="\#(number)",b="\"\n\#(number)""#
            #expect(lines.contains { $0.hasPrefix("h_bucket{\(labels),le=\"1.0\"} 1 # {id=\"\(number)\"} 0.5 5") })
            #expect(lines.contains { $0.hasPrefix("h_created{\(labels)} 5") })
        }
    }

    @Test func thousandsOfClosedLabelSetsReturnAfterRemoval() {
        struct Bytes: LabelSet {
            var a: UInt8
            var b: UInt8
            static let schema: [Tally.Label<Self>] = [Label("a", \.a), Label("b", \.b)]
        }
        let family = Family<Bytes, Counter>("b_total", help: "", maxChildren: 100_000, in: registry)
        func each(_ body: (Bytes) -> Void) {
            for a in 0..<UInt8.max { for b in 0..<UInt8(40) { body(Bytes(a: a, b: b)) } }
        }
        each { family[$0].increment() }
        // The index no longer copies its handles when it grows this large: lookups by text bring them back.
        for _ in 0..<2 { each { family[$0].increment() } }
        each { #expect(unsafe family.core.handle(of: $0) != nil) }
        each { if $0.a % 2 == 0 { family.remove($0) } }
        #expect(family.count == 127 * 40)
        each { family[$0].increment() }
        #expect(family.count == 255 * 40)
        each { #expect(family[$0].value == 4) }
        family.removeAll()
        each { #expect(unsafe family.core.handle(of: $0) == nil) }
        each { family[$0].increment() }
        each { #expect(family[$0].value == 5) }
        family.core.storage._checkInvariants()
    }
}
