import Testing

@testable import Tally

struct SeriesIndexTests {
    private func reference(_ number: Int) -> SlotReference {
        SlotReference(PagePlace(segment: number >> 16, index: number >> 10 & 63), number & 1023)
    }

    @Test func entriesAreFoundForAnyDistributionOfHashes() {
        let index = SeriesIndex()
        // Hashes that crowd one end of the table, and some that are equal.
        var hashes: [UInt32] = (0..<5000).map { UInt32(truncatingIfNeeded: $0 % 700) &* 65_537 }
        hashes += [0, .max, .max, .max - 1]
        for (number, hash) in hashes.enumerated() { index.insert(hash, reference(number)) }
        for (number, hash) in hashes.enumerated() {
            #expect(index.find(hash) { $0 == reference(number) } != nil)
        }
        #expect(index.find(123_456) { _ in true } == nil)
        #expect(index.count == hashes.count)
    }

    @Test func thousandsOfEqualHashesAreFoundAndRemoved() {
        let index = SeriesIndex()
        for number in 0..<3000 { index.insert(77, reference(number)) }
        for number in 0..<3000 { #expect(index.find(77) { $0 == reference(number) } != nil) }
        for number in 0..<3000 { index.remove(77, reference(number)) }
        #expect(index.find(77) { _ in true } == nil)
    }

    @Test func theHighestSlotReferenceIsStored() {
        let index = SeriesIndex()
        let last = SlotReference(PagePlace(segment: SlotReference.maxSegments - 1, index: 63), 511)
        index.insert(7, last)
        #expect(index.find(7) { _ in true } == last)
        #expect(last.place == PagePlace(segment: SlotReference.maxSegments - 1, index: 63) && last.slot == 511)
    }

    /// Compared with a dictionary. Few distinct hashes make entries collide.
    @Test(arguments: [UInt64(1), 2, 3])
    func theIndexAgreesWithADictionary(_ seed: UInt64) {
        var random = Xorshift(seed: seed)
        let index = SeriesIndex()
        var model: [Int: UInt32] = [:]
        for step in 0..<60_000 {
            let number = Int(random.next() % 4000)
            // First it grows, then it shrinks.
            let isAdding = random.next() % 10 < (step < 30_000 ? 7 : 3)
            if let hash = model[number] {
                #expect(index.find(hash) { $0 == reference(number) } != nil)
                if isAdding {
                    let other = 4000 + number
                    guard model[other] == nil else { continue }
                    index.replace(hash, reference(number), by: reference(other))
                    model[number] = nil
                    model[other] = hash
                } else {
                    index.remove(hash, reference(number))
                    model[number] = nil
                }
            } else if isAdding {
                let hash = UInt32(truncatingIfNeeded: random.next() % 50) &* 0x0400_0001 &+ UInt32(number % 3)
                index.insert(hash, reference(number))
                model[number] = hash
            }
        }
        #expect(index.count == model.count)
        for (number, hash) in model { #expect(index.find(hash) { $0 == reference(number) } != nil) }
        for (number, hash) in model { index.remove(hash, reference(number)) }
        #expect(index.count == 0)
    }

    @Test func theIndexShrinksOnRequestOnceEntriesAreRemoved() {
        let index = SeriesIndex()
        let hashes = (0..<200_000).map { UInt32(truncatingIfNeeded: $0) &* 0x9E37_79B9 }
        for (number, hash) in hashes.enumerated() { index.insert(hash, reference(number)) }
        #expect(index.capacity < 4 * hashes.count)
        for (number, hash) in hashes.enumerated().dropFirst(10) { index.remove(hash, reference(number)) }
        var position: Int? = 0
        while let next = position { position = index.shrinkTables(from: next) }
        #expect(index.capacity < 20_000)
        for (number, hash) in hashes.enumerated().prefix(10) {
            #expect(index.find(hash) { $0 == reference(number) } != nil)
        }
    }
}

struct LabelHashTests {
    private func hash(_ bytes: [UInt8], seed: UInt64 = 1) -> UInt32 {
        unsafe bytes.withUnsafeBufferPointer { unsafe labelHash($0, seed: seed) }
    }

    @Test func everyByteAndTheLengthChangeTheHash() {
        for length in 0...70 {
            let bytes = (0..<length).map { UInt8($0) }
            var hashes: Set<UInt32> = [hash(bytes)]
            for position in bytes.indices {
                var changed = bytes
                changed[position] ^= 0x80
                hashes.insert(hash(changed))
            }
            hashes.insert(hash(bytes + [0]))
            #expect(hashes.count == length + 2)
        }
    }

    @Test func similarKeysSpreadOverTheTable() {
        var buckets = [Int](repeating: 0, count: 1024)
        for index in 0..<102_400 { buckets[Int(hash(Array("path=\"/user/\(index)\"".utf8)) >> 22)] += 1 }
        // 100 each on average; 60 away is six standard deviations.
        #expect(buckets.allSatisfy { (40...160).contains($0) })
    }

    @Test func theSeedChangesTheHash() {
        #expect(hash([1, 2, 3], seed: 1) != hash([1, 2, 3], seed: 2))
    }
}

struct ClosedIndexTests {
    @Test func removingAChildClearsItsPackedLookup() {
        let registry = MetricRegistry.bare()
        let family = Family<Route, Counter>("c_total", help: "C.", in: registry)
        let route = Route(method: .post, isCached: false)
        #expect(unsafe family.core.handle(of: route) == nil)
        _ = family[route]
        let handle = unsafe family.core.handle(of: route)
        #expect(unsafe handle != nil)
        family.remove(route)
        #expect(unsafe family.core.handle(of: route) == nil)
        _ = family[route]
        #expect(unsafe family.core.handle(of: route) == handle, "a child keeps one handle at one address")
    }

    enum Only: String, LabelValue { case one }
    struct WithOnly: LabelSet {
        var only: Only
        var flag: Bool
        static let schema: [Tally.Label<Self>] = [Label("only", \.only), Label("flag", \.flag)]
    }

    @Test func aLabelValueWithoutBytesTakesNoneInTheKey() {
        let family = Family<WithOnly, Counter>("c_total", help: "C.", in: .bare())
        for flag in [false, true, true] { family[WithOnly(only: .one, flag: flag)].increment() }
        #expect(unsafe family.core.handle(of: WithOnly(only: .one, flag: true))?.pointee.value == 2)
        #expect(unsafe family.core.handle(of: WithOnly(only: .one, flag: false))?.pointee.value == 1)
    }

    @Test func onlyLabelSetsOfOneByteLabelsArePacked() {
        #expect(KeyPacking(Route.schema.map(\.field)) != nil)
        #expect(KeyPacking(Direction.schema.map(\.field)) != nil)
        #expect(KeyPacking(Path.schema.map(\.field)) == nil)
        #expect(KeyPacking(FamilyTests.Everything.schema.map(\.field)) == nil)
    }
}
