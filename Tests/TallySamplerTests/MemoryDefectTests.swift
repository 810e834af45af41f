import Testing

@testable import TallySampler

/// The memory that an in-memory history releases.
@Suite
struct MemoryDefectTests {
    @Test func aDroppedTickHoldsNoValues() throws {
        var buffer = TickBuffer()
        for time in 1...64 { buffer.insert(.example(Int64(time), containers: 50)) }
        let full = try valuesHeld(by: buffer)
        #expect(full >= 64 * 50)
        for _ in 1...32 { buffer.removeFirst() }
        #expect(try valuesHeld(by: buffer) == full / 2)
        #expect(buffer.count == 32)
        #expect(buffer.firstTime == 33)

        // The emptied slots stay in the order of time.
        for time in [5, 33, 65] as [Int64] { buffer.insert(.example(time, containers: 50)) }
        #expect(try buffer.points(.cpu(of: .host)).map(\.time) == [5] + Array(33...65))
        buffer.remove(before: 60)
        #expect(try buffer.points(.cpu(of: .host)).map(\.time) == Array(60...65))
        #expect(try valuesHeld(by: buffer) == full / 64 * 6)
    }

    /// The slots of dropped ticks are freed in batches, because a history that is pruned at each tick is never empty.
    @Test func slotsOfDroppedTicksAreFreed() throws {
        var buffer = TickBuffer()
        for time in 1...10_000 {
            buffer.insert(.cpu(Int64(time), 1))
            buffer.remove(before: Int64(time) - 99)
        }
        #expect(buffer.count == 100)
        let ticks = try #require(Mirror(reflecting: buffer).descendant("ticks"))
        #expect(Mirror(reflecting: ticks).children.count < 300)
        #expect(try buffer.points(.cpu()).map(\.time) == Array(9_901...10_000))
    }

    /// The number of values in all slots, including those of dropped ticks.
    private func valuesHeld(by buffer: TickBuffer) throws -> Int {
        let ticks = try #require(Mirror(reflecting: buffer).descendant("ticks"))
        var count = 0
        for tick in Mirror(reflecting: ticks).children {
            let values = try #require(Mirror(reflecting: tick.value).descendant("values") as? [Double])
            count += values.count
        }
        return count
    }
}

extension TickBuffer {
    fileprivate func points(_ query: HistoryQuery) throws -> [HistoryPoint] {
        var collector = try #require(SeriesCollector(query.series))
        try feed(&collector)
        return try collector.finish().first?.points ?? []
    }
}
