import Foundation
import Tally
import Testing

@testable import TallyHealthcheck

/// More providers that block their threads than there are cores.
@Suite(.timeLimit(.minutes(5)))
struct BlockingTests {
    private static let cores = ProcessInfo.processInfo.activeProcessorCount
    private static let many = cores * 2 + 2

    @Test func blockedProvidersBlockNeitherTheDocumentNorOtherTasks() async throws {
        let gate = Gate()
        defer { gate.open() }
        let clock = SteppedClock()
        let healthcheck = Healthcheck(
            service: ServiceInfo(name: "chat", version: "1"),
            providers: (0..<Self.many).map { index in
                SnapshotProvider("blocked\(index)", keys: ["key\(index)"]) {
                    gate.block()
                    return [:]
                }
            },
            clock: clock
        )
        let beats = Locked(0)
        let heartbeat = Task {
            while !Task.isCancelled {
                beats.withLock { $0 += 1 }
                await Task.yield()
            }
        }
        let request = Task { await healthcheck.document() }
        await eventually { gate.waiting == Self.many }
        let before = beats.withLock { $0 }
        await eventually { beats.withLock { $0 } > before + 1_000 }
        clock.advance(by: .milliseconds(500))
        let document = await request.value
        #expect(document.httpStatus == 503)
        for index in 0..<Self.many { #expect(try document.check("blocked\(index)") == "fail timeout") }
        #expect(gate.waiting == Self.many, "all are still blocked")
        let then = beats.withLock { $0 }
        await eventually { beats.withLock { $0 } > then + 1_000 }
        #expect(healthcheck.liveness().httpStatus == 200)
        heartbeat.cancel()
    }

    /// If the requester has its own executor, a document needs no thread of the runtime's pool, neither for runs nor
    /// for deadlines. Runs in a separate process, because it blocks the pool.
    @Test func theDocumentIsReturnedWhileEveryPoolThreadIsBlocked() async {
        await #expect(processExitsWith: .success) {
            let pool = Gate()
            let hung = Gate()
            let healthcheck = Healthcheck(
                service: ServiceInfo(name: "chat", version: "1"),
                providers: [
                    SnapshotProvider("hung", keys: ["lost"], critical: false, timeout: .milliseconds(50)) {
                        hung.block()
                        return [:]
                    },
                    SnapshotProvider("well", keys: ["found"], timeout: .seconds(600)) { ["found": 1] },
                ]
            )
            let request = Task(executorPreference: ThreadExecutor()) {
                // Until the gate opens, no task of the pool can run.
                while pool.waiting < Self.cores { sched_yield() }
                let document = await healthcheck.document()
                let readiness = await healthcheck.readiness()
                let isBlocked = pool.waiting >= Self.cores
                pool.open()
                return (document, readiness, isBlocked)
            }
            for _ in 0..<Self.many { Task { pool.block() } }
            let (document, readiness, wasBlocked) = await request.value
            #expect(wasBlocked, "the pool was free before the document came")
            #expect(document.status == .warn)
            #expect(document.text.contains(#""lost":null,"found":1"#))
            #expect(readiness.httpStatus == 200)
        }
    }
}
