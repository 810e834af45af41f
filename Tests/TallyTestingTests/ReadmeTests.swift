import Tally
import TallyTesting
import Testing

/// The README's example of a test.
struct ReadmeTests {
    // GUIDE README test
    @Test func lettersAreCountedAndTimed() throws {
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock)
        let wait = Histogram("mail_wait_seconds", help: "Time to send.", buckets: [0.5, 5], in: registry)
        wait.time { clock.advance(by: .seconds(2)) }
        #expect(try registry.histogram(of: "mail_wait_seconds")?.counts == [0, 1, 0])
        try registry.expectNoLint()
    }
    // END
}
