#if Docker
import Foundation
import Testing

@testable import TallySampler

struct EngineTimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-11-21T09:48:21.140742857Z", 1_795_254_501_140_742_857),
        ("2026-11-21T10:48:21.140742857+01:00", 1_795_254_501_140_742_857),
        ("2026-11-21T04:18:21.1407428579-05:30", 1_795_254_501_140_742_857),
        ("2024-02-29T23:59:59.5Z", 1_709_251_199_500_000_000), ("2000-03-01T00:00:00Z", 951_868_800_000_000_000),
    ])
    func timesMatchTheCalendar(_ text: String, nanoseconds: Int64) throws {
        #expect(try #require(EngineTime(text)).nanosecondsSinceEpoch == nanoseconds)
    }

    @Test func daysMatchFoundation() throws {
        let formatter = ISO8601DateFormatter()
        for day in stride(from: 0, to: 366 * 230, by: 17) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400)
            guard date.timeIntervalSince1970 < 7_258_118_400 else { break }
            let time = try #require(EngineTime(formatter.string(from: date)))
            #expect(time.nanosecondsSinceEpoch == Int64(day) * 86_400_000_000_000)
        }
    }

    @Test(arguments: [
        "", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2201-01-01T00:00:00Z", "2026-11-21", "2026-11-21T09:48:21",
        "2026-13-21T09:48:21Z", "2026-11-00T09:48:21Z", "2026-11-21T24:48:21Z", "2026-11-21T09:48:21.Z",
        "2026-11-21T09:48:21.1", "2026-11-21T09:48:21+1:00", "2026-11-21T09:48:21+99:00", "2026/11/21T09:48:21Z",
    ])
    func otherTextsAreNotTimes(_ text: String) {
        #expect(EngineTime(text) == nil)
    }
}
#endif
