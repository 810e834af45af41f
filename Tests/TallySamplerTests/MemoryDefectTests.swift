import Testing

@testable import TallySampler

/// What a history in memory lets go of.
@Suite
struct MemoryDefectTests {
    @Test func aTickThatWasDroppedHoldsNoValues() throws {
        var buffer = TickBuffer()
        for time in 1...64 { buffer.insert(.example(Int64(time), containers: 50)) }
        let full = try valuesHeld(by: buffer)
        #expect(full >= 64 * 50)
        for _ in 1...32 { buffer.removeFirst() }
        #expect(try valuesHeld(by: buffer) == full / 2)
        #expect(buffer.count == 32)
        #expect(buffer.firstTime == 33)

        // The empty places are still in the order of time.
        for time in [5, 33, 65] as [Int64] { buffer.insert(.example(time, containers: 50)) }
        #expect(buffer.points(.cpu(of: .host)).map(\.time) == [5] + Array(33...65))
        buffer.remove(before: 60)
        #expect(buffer.points(.cpu(of: .host)).map(\.time) == Array(60...65))
        #expect(try valuesHeld(by: buffer) == full / 64 * 6)
    }

    /// How many numbers there are in all places, those of dropped ticks too.
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
