import Testing

@testable import Tally

struct SeriesIndexTests {
    @Test func findsEveryEntryWhateverItsHash() {
        var index = SeriesIndex()
        // Hashes that crowd one end of the table, and some that are equal.
        var hashes: [UInt32] = (0..<5000).map { UInt32(truncatingIfNeeded: $0 % 700) &* 65_537 }
        hashes += [0, .max, .max, .max - 1]
        for (number, hash) in hashes.enumerated() {
            index.insert(hash, SlotReference(page: number >> 10, slot: number & 1023))
        }
        for (number, hash) in hashes.enumerated() {
            let found = index.find(hash) { $0.page << 10 | $0.slot == number }
            #expect(found == SlotReference(page: number >> 10, slot: number & 1023))
        }
        #expect(index.find(123_456) { _ in true } == nil)
        #expect(index.count == hashes.count)
    }

    @Test func theLastPlaceThereCanBeIsStored() {
        var index = SeriesIndex()
        let last = SlotReference(page: SlotReference.maxPages - 1, slot: 1023)
        index.insert(7, last)
        #expect(index.find(7) { _ in true } == last)
    }
}

struct LabelHashTests {
    private func hash(_ bytes: [UInt8], seed: UInt64 = 1) -> UInt32 {
        unsafe bytes.withUnsafeBufferPointer { unsafe labelHash($0, seed: seed) }
    }

    @Test func everyByteAndTheLengthCount() {
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

    @Test func theSeedMatters() {
        #expect(hash([1, 2, 3], seed: 1) != hash([1, 2, 3], seed: 2))
    }
}

struct ClosedIndexTests {
    @Test func forgettingMakesALookupGoByTextAgain() {
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
        #expect(unsafe family.core.handle(of: route) == handle, "the one handle of the child, at its one address")
    }

    enum Only: String, LabelValue { case one }
    struct WithOnly: LabelSet {
        var only: Only
        var flag: Bool
        static let schema: [Tally.Label<Self>] = [Label("only", \.only), Label("flag", \.flag)]
    }

    @Test func aValueWithoutBytesNeedsNoneInTheKey() {
        let family = Family<WithOnly, Counter>("c_total", help: "C.", in: .bare())
        for flag in [false, true, true] { family[WithOnly(only: .one, flag: flag)].increment() }
        #expect(unsafe family.core.handle(of: WithOnly(only: .one, flag: true))?.pointee.value == 2)
        #expect(unsafe family.core.handle(of: WithOnly(only: .one, flag: false))?.pointee.value == 1)
    }

    @Test func onlySetsWhoseEveryLabelIsOneByteArePacked() {
        #expect(KeyPacking(Route.schema.map(\.field)) != nil)
        #expect(KeyPacking(Direction.schema.map(\.field)) != nil)
        #expect(KeyPacking(Path.schema.map(\.field)) == nil)
        #expect(KeyPacking(FamilyTests.Everything.schema.map(\.field)) == nil)
    }
}
