import Tally
import Testing

@testable import TallyHealthcheck

/// Providers that request the document they are part of.
@Suite(.timeLimit(.minutes(5)))
struct RecursionTests {
    /// A reference to a healthcheck that is created after its providers.
    private final class Holder: Sendable {
        private let healthcheck = Locked<Healthcheck?>(nil)
        func set(_ new: Healthcheck?) { healthcheck.withLock { $0 = new } }
        func document() async -> HealthDocument? { await healthcheck.withLock { $0 }?.document() }
    }

    @Test func aProviderThatRequestsItsOwnDocumentGetsTheCurrentState() async throws {
        let holder = Holder()
        let inner = Locked<String?>(nil)
        let bench = Bench(
            SnapshotProvider("mirror", keys: ["seen"]) {
                let text = await holder.document()?.text
                inner.withLock { $0 = text }
                return ["seen": 1]
            }
        )
        holder.set(bench.healthcheck)
        defer { holder.set(nil) }
        let document = await bench.document()
        #expect(document.status == .ok)
        #expect(document.text.contains(#""seen":1"#))
        let text = try #require(inner.withLock { $0 })
        #expect(text.contains(#""seen":null,"checks":{"mirror":{"status":"fail","reason":"pending","critical":true}}"#))
    }

    @Test func healthchecksThatRequestEachOtherDoNotDeadlock() async throws {
        let holders = (Holder(), Holder())
        let first = Bench(
            SnapshotProvider("first", keys: []) {
                _ = await holders.1.document()
                return [:]
            }
        )
        let second = Bench(
            SnapshotProvider("second", keys: []) {
                _ = await holders.0.document()
                return [:]
            }
        )
        holders.0.set(first.healthcheck)
        holders.1.set(second.healthcheck)
        defer {
            holders.0.set(nil)
            holders.1.set(nil)
        }
        // The clock stands still, so no deadline ends a deadlock.
        #expect(await first.document().status == .ok)
        #expect(await second.document().status == .ok)
    }

    @Test func aTaskThatOutlivesItsProviderWaitsForANewDocument() async throws {
        let holder = Holder()
        let hand = Hand()
        let tasks = Locked<[Task<HealthDocument?, Never>]>([])
        let gate = Hand()
        let bench = Bench(
            SnapshotProvider("parent", keys: []) {
                let task = Task {
                    _ = try? await gate.values()
                    return await holder.document()
                }
                tasks.withLock { $0.append(task) }
                return [:]
            },
            provider(hand)
        )
        holder.set(bench.healthcheck)
        defer { holder.set(nil) }
        let request = bench.request()
        await hand.began(1)
        hand.answer(.two)
        #expect(await request.value.status == .ok)
        await gate.began(1)
        bench.clock.advance(by: .seconds(10))
        gate.answersAlways([:])
        gate.answer([:])
        // The answer is fresh because the task waits for it; the current state would be stale.
        await hand.began(2)
        hand.answer(["sessions": 3])
        let task = try #require(tasks.withLock { $0.first })
        let document = try #require(await task.value)
        #expect(document.text.contains(#""sessions":3"#))
    }
}
