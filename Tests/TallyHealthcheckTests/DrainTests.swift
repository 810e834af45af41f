#if ServiceLifecycle
import Logging
import ServiceLifecycle
import Tally
import Testing

@testable import TallyHealthcheck

/// A healthcheck in a service group.
@Suite(.timeLimit(.minutes(10)))
struct DrainTests {
    private let hand = Hand()
    private let clock = SteppedClock()

    private func healthcheck(refreshInterval: Duration? = nil) -> Healthcheck {
        Healthcheck(
            service: ServiceInfo(name: "chat", version: "1"),
            providers: refreshInterval == nil ? [] : [provider(hand, refreshInterval: refreshInterval)],
            clock: clock
        )
    }

    /// Notifies the test that its group runs. A group that is shut down before does not run at all.
    private struct Witness: Service {
        let start: AsyncStream<Void>.Continuation

        func run() async throws {
            start.yield()
            try await gracefulShutdown()
        }
    }

    /// Runs a service in a group, and shuts the group down while `body` runs.
    private func shutDown(_ service: some Service, _ body: () async -> Void) async throws {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(services: [service, Witness(start: start)], logger: logger)
        async let ran: Void = group.run()
        for await _ in started { break }
        await group.triggerGracefulShutdown()
        await body()
        try await ran
    }

    @Test func readinessFailsAtOnceAndTheServiceEndsAfterTheDelay() async throws {
        let healthcheck = healthcheck()
        #expect(await healthcheck.readiness().httpStatus == 200)
        try await shutDown(healthcheck.draining(for: .seconds(5))) {
            await eventually { clock.sleepers == 1 }
            #expect(await healthcheck.readiness().httpStatus == 503)
            #expect(healthcheck.liveness().httpStatus == 200)
            clock.advance(by: .seconds(4))
            #expect(clock.sleepers == 1)
            clock.advance(by: .seconds(1))
        }
        #expect(await healthcheck.readiness().httpStatus == 503)
    }

    @Test func aHealthcheckDrainsWithoutADelay() async throws {
        let healthcheck = healthcheck()
        try await shutDown(healthcheck) {}
        #expect(healthcheck.isDraining)
    }

    @Test func cancellationEndsTheDelay() async throws {
        let healthcheck = healthcheck()
        let task = Task { try await healthcheck.draining(for: .seconds(5)).run() }
        task.cancel()
        try await task.value
        #expect(healthcheck.isDraining)
        await eventually { clock.sleepers == 0 }
    }

    @Test func backgroundRunsEndWithTheServiceAndRequestsStillRunTheClosure() async throws {
        let healthcheck = healthcheck(refreshInterval: .seconds(30))
        await hand.began(1)
        hand.answer(.two)
        await eventually { await healthcheck.document().status == .ok }
        let task = Task { try await healthcheck.run() }
        task.cancel()
        try await task.value
        await eventually { clock.sleepers == 0 }
        clock.advance(by: .seconds(300))
        #expect(hand.runs == 1)
        async let document = healthcheck.document()
        await hand.began(2)
        hand.answer(.two)
        #expect(await document.status == .ok)
    }
}
#endif
