import Testing

@testable import TallySampler

/// Totals over parts that come and go never fall, and never count bytes twice.
struct PartTotalTests {
    private var total = PartTotal()

    private mutating func read(_ parts: [(String, UInt64)]) -> UInt64? { total.total(parts.map { ($0.0, $0.1) }) }

    @Test mutating func aContainerThatLeavesANetworkKeepsItsTotal() {
        #expect(read([("eth0", 1_000_000_000), ("eth1", 10_000_000_000)]) == 11_000_000_000)
        #expect(read([("eth0", 1_000_000_500)]) == 11_000_000_500)
        // It returns to the network, with a new interface or with the same counter.
        #expect(read([("eth0", 1_000_000_500), ("eth1", 70)]) == 11_000_000_570)
        #expect(read([("eth0", 1_000_000_500), ("eth1", 80)]) == 11_000_000_580)
    }

    @Test mutating func aPartThatReturnsWithItsCounterAddsOnlyItsGrowth() {
        #expect(read([("a", 100), ("b", 1000)]) == 1100)
        #expect(read([("a", 100)]) == 1100)
        #expect(read([("a", 100), ("b", 1001)]) == 1101)
    }

    @Test mutating func aSmallRestartDoesNotHideTheGrowthOfOthers() {
        #expect(read([("a", 1_000_000), ("b", 10)]) == 1_000_010)
        #expect(read([("a", 1_000_100), ("b", 3)]) == 1_000_113)
    }

    @Test mutating func withoutAnyPartThereIsNoTotal() {
        #expect(read([]) == nil)
        #expect(read([("a", 5)]) == 5)
        #expect(read([]) == 5)
        #expect(read([("a", 6)]) == 6)
    }

    @Test mutating func anOverflowIsAbsentAndStartsOver() {
        #expect(read([("a", .max), ("b", 1)]) == nil)
        #expect(read([("a", .max)]) == .max)
    }

    @Test mutating func totalsOfManyPartsGrow() {
        for round in UInt64(1)...3 {
            #expect(read((0..<300).map { ("sd\($0)", round) }) == 300 * round)
        }
    }

    /// A machine that creates interfaces all day.
    @Test mutating func theMemoryOfPartsIsBounded() {
        var sum: UInt64 = 0
        for number in 0..<10_000 {
            let next = read([("eth0", UInt64(number)), ("veth\(number)", 1)]) ?? 0
            #expect(next >= sum)
            sum = next
        }
        #expect(sum == 19_999)
    }
}
