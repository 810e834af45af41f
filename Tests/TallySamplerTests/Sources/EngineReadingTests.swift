#if Docker
import NIOHTTP1
import Testing

@testable import TallySampler

/// CPU shares from two answers about one container.
struct EngineReadingTests {
    /// - Parameters:
    ///   - read: Seconds after 09:00 of one day.
    ///   - cpu: The CPU time in seconds.
    private func reading(
        read: Double,
        cpu: Double?,
        system: Double? = nil,
        at elapsed: Int
    ) throws -> EngineReading {
        let text = StatsText(
            read: read,
            cpu: cpu.map { UInt64($0 * 1e9) },
            system: system.map { UInt64($0 * 1e9) }
        )
        let stats = try EngineStats(body: Array(text.text.utf8), of: containerID(1), engine: .docker)
        return EngineReading(try #require(stats), elapsed: .seconds(elapsed), time: .seconds(elapsed))
    }

    private func share(
        _ last: EngineReading,
        _ now: EngineReading,
        _ engine: EngineIdentity = .docker,
        at elapsed: Int = 15
    ) -> CPUShare {
        now.share(since: last, tick: tick(elapsed), engine: engine, cpus: 2)
    }

    @Test func dockerSharesAreOfTheMachineTime() throws {
        let last = try reading(read: 0, cpu: 10, system: 1000, at: 0)
        // The machine's two CPUs spent 30 seconds, of which the container used 7.5.
        let now = try reading(read: 99, cpu: 17.5, system: 1030, at: 15)
        #expect(share(last, now) == .percent(50))
    }

    @Test func podmanSharesAreOfTheElapsedTime() throws {
        let last = try reading(read: 0, cpu: 10, system: 1000, at: 0)
        let now = try reading(read: 15, cpu: 17.5, system: 1008, at: 15)
        #expect(share(last, now, .podman) == .percent(50))
        // Docker's formula would give nearly two whole cores.
        #expect(share(last, now) == .percent(187.5))
        #expect(share(last, now, EngineIdentity(headers: [:])) == .percent(50))
    }

    @Test func decreasingOrMissingCountersHaveNoShare() throws {
        let last = try reading(read: 0, cpu: 10, system: 1000, at: 0)
        for engine in [EngineIdentity.docker, .podman] {
            #expect(share(last, try reading(read: 15, cpu: 9, system: 1030, at: 15), engine) == .none)
            #expect(share(last, try reading(read: 15, cpu: nil, system: 1030, at: 15), engine) == .none)
        }
        #expect(share(last, try reading(read: 15, cpu: 11, system: 999, at: 15)) == .none)
        #expect(share(last, try reading(read: 15, cpu: 11, system: 1000, at: 15)) == .none)
        #expect(share(last, try reading(read: 15, cpu: 11, at: 15)) == .none)
        #expect(share(try reading(read: 0, cpu: nil, system: 1000, at: 0), last) == .none)
    }

    @Test func anIdleContainerHasAShareOfZero() throws {
        let last = try reading(read: 0, cpu: 10, system: 1000, at: 0)
        #expect(share(last, try reading(read: 15, cpu: 10, system: 1030, at: 15)) == .percent(0))
    }

    @Test func sharesBeyondAllCoresAreImplausible() throws {
        let last = try reading(read: 0, cpu: 10, system: 1000, at: 0)
        #expect(share(last, try reading(read: 15, cpu: 1000, system: 1030, at: 15)) == .implausible)
        #expect(share(last, try reading(read: 0.001, cpu: 100, system: 1030, at: 15), .podman) == .implausible)
    }

    @Test func aReadingOverFiveIntervalsOldIsNoBaseline() throws {
        let last = try reading(read: 0, cpu: 10, system: 1000, at: 0)
        let now = try reading(read: 76, cpu: 17.5, system: 1030, at: 76)
        #expect(share(last, now, at: 75) == .percent(50))
        #expect(share(last, now, at: 76) == .none)
    }

    @Test func answersRequestedOrReadEarlierAreLate() throws {
        let last = try reading(read: 15, cpu: 10, system: 1000, at: 15)
        #expect(try reading(read: 14, cpu: 9, system: 990, at: 0).isLate(after: last))
        #expect(try reading(read: 15, cpu: 10, system: 1000, at: 30).isLate(after: last))
        #expect(try !reading(read: 16, cpu: 10, system: 1000, at: 30).isLate(after: last))
    }

    @Test(arguments: [-3600, -14.9, -4, 3600, 36_000])
    func settingTheWallClockDoesNotAffectShares(by seconds: Double) throws {
        let last = try reading(read: 5000, cpu: 10, system: 1000, at: 0)
        let now = try reading(read: 5015 + seconds, cpu: 17.5, system: 1030, at: 15)
        #expect(!now.isLate(after: last))
        for engine in [EngineIdentity.docker, .podman, EngineIdentity(headers: [:])] {
            #expect(share(last, now, engine) == .percent(50))
        }
    }
}
#endif
