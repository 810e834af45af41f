import Foundation
import TallyTesting
import Testing

@testable import Tally
@testable import TallySampler

struct ProcessSourceTests {
    private let clock = ManualClock()

    /// Reads the source at the tick this many seconds after the clock's start.
    private func read(_ source: ProcessSource, _ seconds: Int) async throws -> SourceReading {
        clock.advance(to: ManualClock.Instant(offset: .seconds(seconds)))
        return try await source.read(tick(seconds))
    }

    #if os(Linux)
    @Test func valuesOfThisProcessAreRead() async throws {
        let source = SampleSource.process()
        let sample = try #require(try await source.read(tick(0)).samples.first)
        #expect(sample.subject == .process)
        #expect(sample.values[.cpuPercent] == nil)
        #expect((sample.values[.cpuSeconds] ?? 0) > 0)
        #expect((sample.values[.memoryUsedBytes] ?? 0) > 1_000_000)
        #expect((sample.values[.virtualMemoryBytes] ?? 0) > (sample.values[.memoryUsedBytes] ?? .infinity))
        #expect((sample.values[.threads] ?? 0) >= 1)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #expect(sample.values[.maxDescriptors] == Double(limit.rlim_cur))
        let now = Date().timeIntervalSince1970
        #expect((now - 86_400...now).contains(sample.values[.startTimeSeconds] ?? 0))
    }

    @Test func theSecondReadingOfThisProcessHasACPUShare() async throws {
        let source = ProcessSource(clock: clock, facts: ProcessFacts.current)
        _ = try await read(source, 0)
        // A day on the clock, in which concurrent tests cannot use more CPU time than there was.
        clock.advance(by: .seconds(86_400))
        let second = try await source.read(SourceTick(elapsed: .seconds(86_400), interval: .seconds(86_400)))
        #expect((second.samples.first?.values[.cpuPercent] ?? -1) >= 0)
        #expect(second.errors.isEmpty)
    }

    @Test func cpuTimeIsFinerThanAClockTick() throws {
        var used = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
        let before = try #require(ProcessFacts.current().cpuSeconds)
        // The kernel's value for the same time, from another call before and after.
        func seconds() -> Double { Double(used.tv_sec) + Double(used.tv_nsec) / 1e9 }
        #expect(seconds() - 0.1 <= before)
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
        #expect(before <= seconds() + 0.1)
        // `/proc` resolves only hundredths of a second. Other tests only add to the time.
        var end = timespec()
        repeat {
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end)
        } while try #require(ProcessFacts.current().cpuSeconds) <= before
    }
    #endif

    private func source(_ seconds: [Double?]) -> ProcessSource {
        let rest = Locked(seconds[...])
        return ProcessSource(clock: clock) {
            let next = rest.withLock { $0.popFirst() ?? nil }
            return ProcessFacts(
                id: 1,
                cpuSeconds: next,
                residentBytes: 1,
                virtualBytes: nil,
                virtualBytesLimit: nil,
                threads: nil,
                startSeconds: nil,
                descriptors: nil,
                descriptorLimit: nil
            )
        }
    }

    @Test func usedTimeIsAShareOfElapsedTime() async throws {
        let source = source([10, 13, 12, 13.5])
        var shares: [Double?] = []
        for number in 0...3 { shares.append(try await read(source, number * 15).samples.first?.values[.cpuPercent]) }
        #expect(shares == [nil, 20, nil, 10])
    }

    @Test func anImplausibleReadingIsReportedAndBecomesTheBaseline() async throws {
        let source = source([0, 1e9, 1e9 + 15])
        _ = try await read(source, 0)
        let second = try await read(source, 15)
        #expect(second.samples.first?.values[.cpuPercent] == nil)
        #expect(second.samples.first?.values[.cpuSeconds] == 1e9)
        #expect(second.errors.map(\.reason) == [.implausible])
        #expect(try await read(source, 30).samples.first?.values[.cpuPercent] == 100)
    }

    @Test func unavailableValuesAreAbsent() async throws {
        #expect(try await read(source([nil]), 0).samples.first?.values == [.memoryUsedBytes: 1])
    }
}
