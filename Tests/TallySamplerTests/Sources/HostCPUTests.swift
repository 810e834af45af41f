import Testing

@testable import TallySampler

struct HostCPUTests {
    /// The counters of a machine, by default with two CPUs.
    private func counters(_ numbers: String, cpus: Int = 2) -> HostCPU? {
        let lines = (0..<cpus).map { "cpu\($0) 1 2 3 4 5 6 7 8 9 10\n" }.joined()
        return HostCPU(text: .init(text: "cpu  \(numbers)\n\(lines)intr 1 2 3\nctxt 4\nbtime 1700000000\n"))
    }

    @Test func guestTimeIsNotCountedTwice() throws {
        let cpu = try #require(counters("100 10 20 1000 50 3 4 5 70 8"))
        #expect(cpu.cpus == 2)
        #expect(cpu.busyTicks == 100 + 10 + 20 + 3 + 4 + 5)
    }

    @Test func oneHundredPercentIsOneCore() throws {
        let before = try #require(counters("100 0 0 1000 0 0 0 0"))
        // 400 ticks passed on two CPUs, of which 300 were used: three quarters of both.
        let after = try #require(counters("400 0 0 1100 0 0 0 0"))
        #expect(isClose(after.percent(since: before, clockTicks: 100), 150))
    }

    @Test func ioWaitIsIdleTime() throws {
        let before = try #require(counters("100 0 0 1000 500 0 0 0"))
        let after = try #require(counters("200 0 0 1000 600 0 0 0"))
        #expect(isClose(after.percent(since: before, clockTicks: 100), 100))
    }

    @Test func everyOtherCounterIsBusyTime() throws {
        let before = try #require(counters("0 0 0 0 0 0 0 0"))
        for index in [0, 1, 2, 5, 6, 7] {
            var numbers = Array(repeating: "0", count: 8)
            numbers[index] = "100"
            numbers[3] = "100"
            let after = try #require(counters(numbers.joined(separator: " ")))
            #expect(isClose(after.percent(since: before, clockTicks: 100), 100), "field \(index)")
        }
    }

    @Test func zeroElapsedTimeHasNoShare() throws {
        let cpu = try #require(counters("100 0 0 1000 0 0 0 0"))
        #expect(cpu.percent(since: cpu, clockTicks: 100) == nil)
    }

    @Test func aSmallDecreaseOfIdleTimeCountsAsZero() throws {
        let before = try #require(counters("100 0 0 1000 500 0 0 10"))
        let after = try #require(counters("200 0 0 900 400 0 0 9"))
        // Only the 100 ticks of work count as elapsed.
        #expect(isClose(after.percent(since: before, clockTicks: 100), 200))
    }

    @Test(arguments: [("100 0 0 699 0 0 0 0", true), ("100 0 0 700 0 0 0 0", true), ("101 0 0 701 0 0 0 0", false)])
    func anIdleDecreaseOfThreeSecondsResetsTheBaseline(_ numbers: String, isNew: Bool) throws {
        let before = try #require(counters("100 0 0 1000 0 0 0 0"))
        let after = try #require(counters(numbers))
        #expect((after.percent(since: before, clockTicks: 100) == nil) == isNew)
    }

    @Test func aChangedNumberOfCPUsResetsTheBaseline() throws {
        let before = try #require(counters("100 0 0 1000 0 0 0 0", cpus: 4))
        let after = try #require(counters("200 0 0 1100 0 0 0 0", cpus: 3))
        #expect(after.percent(since: before, clockTicks: 100) == nil)
    }

    @Test func fewerFieldsOfOldKernelsAreRead() throws {
        #expect(try #require(counters("1 2 3 4")).busyTicks == 6)
    }

    @Test(arguments: [
        "", "cpu", "cpu \n", "cpu 1 2 3\n", "cpu a b c d\n", "cpu 1 2 3 -4\n", "cpu0 1 2 3 4\n",
        "cpu 18446744073709551615 1 1 1\n", "cpu 18446744073709551616 1 1 1\n",
    ])
    func invalidCountersAreRejected(_ text: String) {
        #expect(HostCPU(text: .init(text: text)) == nil)
    }
}
