import Testing

@testable import Tally

/// The memory of series that sources make and release without end.
struct ShapedFamilyMemoryTests {
    private let registry = MetricRegistry(ownMetrics: false)

    @Test func seriesThatComeAndGoTakeNoMemory() throws {
        let jobs = ShapedFamily<CombinedCounter>("jobs", help: "", maxChildren: 10, in: registry)
        let shape = try jobs.shape(["id"])
        for number in 0..<20_000 {
            let series = try #require(shape.series(["\(number)"]))
            #expect(series.isOwn)
            series.child.increment(by: 1 as UInt64)
            series.hide()
        }
        #expect(shape.storage.size.slots < 1_000)
        #expect(shape.storage.size.entries < 2_000)
        shape.storage._checkInvariants()
    }

    @Test func retainedSeriesKeepTheirValuesWhileOthersComeAndGo() throws {
        let jobs = ShapedFamily<CombinedCounter>("jobs", help: "", maxChildren: 1_000, in: registry)
        let shape = try jobs.shape(["id"])
        let kept = (0..<100).compactMap { shape.series(["kept \($0)"]) }
        for series in kept {
            series.child.increment(by: 1 as UInt64)
            series.hide()
        }
        for number in 0..<10_000 { shape.series(["\(number)"])?.hide() }
        for series in kept {
            series.child.increment(by: 2 as UInt64)
            #expect(series.reexposed().isOwn)
            #expect(series.child.value == 3)
        }
        #expect(jobs.isFull == false)
        #expect(shape.storage.liveCount == 100)
    }
}
