import Dispatch
import Foundation
import Synchronization
import TallyTestSupport
import TallyTesting
import Testing

@testable import Tally

struct ActiveUsersConcurrencyTests {
    static let threads = 8
    static let rounds = 100_000
    static let pool = 10_000

    private func onThreads(_ body: @escaping @Sendable (_ thread: Int) -> Void) -> DispatchGroup {
        let done = DispatchGroup()
        for thread in 0..<Self.threads {
            done.enter()
            // Dedicated threads, because the tests themselves occupy the shared pools.
            Thread.detachNewThread {
                body(thread)
                done.leave()
            }
        }
        return done
    }

    @Test func concurrentRecordsCountEveryUserOnce() async throws {
        try await onThread {
            let registry = MetricRegistry()
            let users = ActiveUsers("users", help: "", windows: [.hours(1), .days(7)], in: registry)
            let identifiers = (0..<Self.pool).map { "user \($0)" }
            let done = onThreads { thread in
                for round in 0..<Self.rounds { users.record(identifiers[(round &* 7 + thread &* 1237) % Self.pool]) }
            }
            var last = [0, 0]
            repeat {
                let counts = users.counts().map(\.users)
                #expect(counts[0] <= counts[1] && counts[1] <= Self.pool)
                #expect(counts[0] >= last[0] && counts[1] >= last[1])
                last = counts
                _ = registry.text
            } while done.wait(timeout: .now()) == .timedOut
            #expect(users.counts().map(\.users) == [Self.pool, Self.pool])
            users._checkInvariants()
        }
    }

    /// The clock advances during recording, so users move between ticks and leave the short window.
    @Test func concurrentRecordsStayConsistentWhileTimeAdvances() async throws {
        try await onThread {
            let clock = ManualClock()
            let registry = MetricRegistry(clock: clock)
            let users = ActiveUsers("users", help: "", windows: [.minutes(5), .hours(1)], maxUsers: 9000, in: registry)
            let identifiers = (0..<Self.pool).map { "user \($0)" }
            let isOver = Atomic(false)
            let done = onThreads { thread in
                for round in 0..<(Self.rounds / 4) {
                    users.record(identifiers[(round &* 7 + thread &* 1237) % Self.pool])
                    if round % 1000 == 0 { clock.advance(by: .seconds(thread == 0 ? 400 : 7)) }
                    if round % 5000 == 0 { _ = users.sketch(over: .hours(1)) }
                }
                isOver.store(true, ordering: .relaxed)
            }
            repeat {
                let counts = users.counts().map(\.users)
                #expect(counts[0] >= 0 && Double(counts[1]) <= Double(Self.pool) * 1.03)
            } while done.wait(timeout: .now()) == .timedOut
            users._checkInvariants()
            // Once no thread records, the counts are exact again.
            clock.advance(by: .seconds(3600 + 60))
            #expect(users.counts().map(\.users) == [0, 0])
            for user in 0..<500 { users.record(identifiers[user]) }
            #expect(users.counts().map(\.users) == [500, 500])
            users._checkInvariants()
        }
    }

    @Test func concurrentRecordsIntoAFamilyLoseNoUsers() async throws {
        try await onThread {
            let registry = MetricRegistry()
            let family = try ActiveUsers.family(
                validating: "users",
                help: "",
                labelNames: ["shard"],
                windows: [.hours(1)],
                closedHours: 2,
                in: registry
            )
            let done = onThreads { thread in
                for round in 0..<2000 {
                    family[["\(round % 20)"]].record("user \(round)")
                    if round % 100 == 99, thread == 0 { family.remove(["\(round % 20)"]) }
                }
            }
            repeat { _ = try registry.parsed() } while done.wait(timeout: .now()) == .timedOut
            for shard in 0..<20 where shard != 19 { #expect(family[["\(shard)"]].counts()[.hours(1)] == 100) }
            family.storage._checkInvariants()
        }
    }
}
