import Testing

@testable import TallySampler

/// The total usage and the number of the containers.
struct WorkloadTests {
    /// The host's sample after the sources returned these readings.
    private func host(_ readings: SourceReading...) -> Sample? {
        var state = TickState(sources: readings.count)
        _ = state.begin()
        for (source, reading) in readings.enumerated() { _ = state.answered(source: source, .success(reading)) }
        return state.samples().first { $0.subject == .host }
    }

    @Test func sampledContainersTakePrecedenceOverTheEngineCount() {
        let reading = SourceReading(samples: [.container(1), .container(2)], containersRunning: 9)
        #expect(host(reading)?.values[.containersRunning] == 2)
        #expect(host(reading)?.values[.workloadCPUPercent] == 20)
    }

    @Test func engineCountsAreSummed() {
        func running(_ counts: Int...) -> Double? {
            var state = TickState(sources: counts.count)
            _ = state.begin()
            for (source, count) in counts.enumerated() {
                _ = state.answered(source: source, .success(SourceReading(containersRunning: count)))
            }
            return state.samples().first?.values[.containersRunning]
        }
        #expect(running(3, 4) == 7)
        #expect(running(-5, 7) == 7, "an invalid count is ignored")
        #expect(running(-5) == nil)
        #expect(running(.max, .max) == Double(Int.max))
    }

    @Test func valuesOfTheHostSourceTakePrecedence() {
        let own = Sample(subject: .host, values: [.containersRunning: 42])
        let reading = SourceReading(samples: [own, .container(1)], containersRunning: 1)
        #expect(host(reading)?.values[.containersRunning] == 42)
        #expect(host(reading)?.values[.workloadCPUPercent] == 10)
    }
}
