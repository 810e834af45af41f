import Tally
import Testing

@testable import TallyHealthcheck

@Suite(.timeLimit(.minutes(5)))
struct DeadlineTests {
    @Test func aHungProviderAffectsOnlyItsKeysAndTimesOut() async throws {
        let hung = Hand()
        let well = Hand()
        let bench = Bench(provider(hung, "hung", keys: ["lost"]), provider(well))
        let request = bench.request()
        await hung.began(1)
        await well.began(1)
        well.answer(.two)
        await eventually { bench.healthcheck.checks[1].hasAnswered }
        bench.clock.advance(by: .milliseconds(499))
        bench.clock.advance(by: .milliseconds(1))
        let document = await request.value
        #expect(document.httpStatus == 503)
        #expect(try document.check("hung") == "fail timeout")
        #expect(try document.check("database") == "ok")
        #expect(document.text.contains(#""lost":null,"sessions":2,"#))
        // Without waiting, and without another run.
        #expect(try await bench.document().check("hung") == "fail timeout")
        bench.clock.advance(by: .seconds(5))
        let later = bench.request()
        await well.began(2)
        well.answer(.two)
        #expect(try await later.value.check("hung") == "fail busy")
        #expect(hung.runs == 1)
    }

    @Test func theDocumentWaitsNoLongerThanTheSlowestDeadline() async throws {
        let hands = (0..<3).map { _ in Hand() }
        let bench = Bench(
            provider(hands[0], "a", keys: ["a"], timeout: .milliseconds(100)),
            provider(hands[1], "b", keys: ["b"], timeout: .milliseconds(300)),
            provider(hands[2], "c", keys: ["c"], timeout: .milliseconds(200))
        )
        let request = bench.request()
        for hand in hands { await hand.began(1) }
        bench.clock.advance(by: .milliseconds(300))
        let document = await request.value
        #expect(document.text.contains(#""a":null,"b":null,"c":null"#))
    }

    @Test func aCancelledRequestIsNotAProviderFailure() async throws {
        let hand = Hand()
        let bench = Bench(provider(hand))
        let leaves = bench.request()
        await hand.began(1)
        let stays = bench.request()
        leaves.cancel()
        #expect(try await leaves.value.check("database") == "fail pending")
        hand.answer(.two)
        #expect(try await stays.value.check("database") == "ok")
        #expect(try await bench.document().check("database") == "ok")
        #expect(hand.runs == 1)
    }

    @Test func aRunIsNotCancelledWithItsRequest() async throws {
        let (began, begin) = AsyncStream.makeStream(of: Void.self)
        let gate = Hand()
        let wasCancelled = Locked<Bool?>(nil)
        let bench = Bench(
            SnapshotProvider("database", keys: ["sessions"]) {
                begin.yield()
                let values = try await gate.values()
                let isCancelled = Task.isCancelled
                wasCancelled.withLock { $0 = isCancelled }
                return values
            }
        )
        let request = bench.request()
        for await _ in began { break }
        await gate.began(1)
        request.cancel()
        _ = await request.value
        gate.answer(.two)
        await eventually { await bench.document().status == .ok }
        #expect(wasCancelled.withLock { $0 } == false)
    }

    @Test func aRunIsOverdueEvenIfItsTimerIsLate() async throws {
        let hand = Hand()
        let bench = Bench(provider(hand))
        let first = bench.request()
        await hand.began(1)
        await eventually { bench.clock.sleepers == 1 }
        bench.clock.jump(by: .milliseconds(500))
        #expect(try await bench.document().check("database") == "fail timeout")
        #expect(try await first.value.check("database") == "fail timeout")
    }

    @Test func aLateAnswerRefreshesTheCache() async throws {
        let hand = Hand()
        let bench = Bench(provider(hand))
        let request = bench.request()
        await hand.began(1)
        bench.clock.advance(by: .milliseconds(500))
        #expect(await request.value.httpStatus == 503)
        hand.answer(.two)
        await eventually { await bench.document().status == .ok }
        #expect(try await bench.document().json["sessions"] as? Int == 2)
        #expect(hand.runs == 1)
    }

    @Test func anOverdueRunIsCancelledAndReplacedByTheNext() async throws {
        let hand = Hand()
        let (cancelled, cancel) = AsyncStream.makeStream(of: Void.self)
        let bench = Bench(
            SnapshotProvider("database", keys: ["sessions"]) {
                try await withTaskCancellationHandler {
                    try await hand.values()
                } onCancel: {
                    cancel.yield()
                }
            }
        )
        let request = bench.request()
        await hand.began(1)
        bench.clock.advance(by: .milliseconds(500))
        #expect(try await request.value.check("database") == "fail timeout")
        bench.clock.advance(by: .milliseconds(4_999))
        #expect(try await bench.document().check("database") == "fail timeout")
        bench.clock.advance(by: .milliseconds(1))
        #expect(try await bench.document().check("database") == "fail busy")
        // The provider honours the cancellation. Its run ends on another thread.
        for await _ in cancelled { break }
        hand.fail(CancellationError())
        let later = Task {
            await eventually {
                _ = await bench.document()
                return hand.runs == 2
            }
        }
        await hand.began(2)
        hand.answer(.two)
        await later.value
        #expect(await bench.document().status == .ok)
    }

    @Test func failuresMakeValuesStaleThenNull() async throws {
        let hand = Hand()
        let bench = Bench(provider(hand))
        func document(after time: Duration, _ end: () -> Void) async -> HealthDocument {
            let runs = hand.runs
            bench.clock.advance(by: time)
            let request = bench.request()
            await hand.began(runs + 1)
            end()
            return await request.value
        }
        _ = await document(after: .zero) { hand.answer(.two) }
        let stale = await document(after: .seconds(30)) { hand.fail() }
        #expect(stale.httpStatus == 200)
        #expect(stale.status == .warn)
        #expect(try stale.check("database") == "warn stale")
        #expect(try stale.json["sessions"] as? Int == 2)
        let null = await document(after: .seconds(31)) { hand.fail() }
        #expect(null.httpStatus == 503)
        #expect(try null.check("database") == "fail error")
        #expect(null.text.contains(#""sessions":null"#))
        let again = await document(after: .seconds(5)) { hand.answer(["sessions": 3]) }
        #expect(again.status == .ok)
        #expect(again.text.contains(#""sessions":3"#))
    }

    @Test(arguments: [(true, HealthStatus.fail, 503), (false, .warn, 200)])
    func criticalFailuresFailTheServiceAndOthersWarn(
        _ critical: Bool,
        _ status: HealthStatus,
        _ httpStatus: Int
    ) async throws {
        let hand = Hand()
        let bench = Bench(provider(hand, critical: critical))
        let request = bench.request()
        await hand.began(1)
        hand.fail()
        let document = await request.value
        #expect(document.status == status)
        #expect(document.httpStatus == httpStatus)
        #expect(try document.check("database") == "fail error")
        #expect(document.text.contains(#""critical":\#(critical)"#))
    }

    @Test func twoHundredRequestsOfAColdCacheShareOneRun() async throws {
        let hand = Hand()
        let bench = Bench(provider(hand))
        let requests = (0..<200).map { _ in bench.request() }
        await hand.began(1)
        // Requests before the answer wait for it; later ones find it.
        hand.answer(.two)
        for request in requests {
            let document = await request.value
            #expect(document.status == .ok)
            #expect(document.text.contains(#""sessions":2"#))
        }
        #expect(hand.runs == 1)
    }

    @Test func slowChecksDoNotMakeOtherAnswersStale() async throws {
        let quick = Hand()
        let slow = Hand()
        let bench = Bench(
            provider(quick, "quick", keys: ["quick"]),
            provider(slow, "slow", keys: ["slow"], timeout: .seconds(120))
        )
        let request = bench.request()
        await quick.began(1)
        quick.answer(["quick": 1])
        await slow.began(1)
        await eventually { bench.healthcheck.checks[0].hasAnswered }
        bench.clock.advance(by: .seconds(100))
        slow.answer(["slow": 1])
        let document = await request.value
        #expect(document.status == .ok)
        #expect(document.text.contains(#""quick":1,"slow":1"#))
    }

    @Test func deadlinesHoldOnTheContinuousClock() async throws {
        let hand = Hand()
        let healthcheck = Healthcheck(
            service: ServiceInfo(name: "chat", version: "1"),
            providers: [
                provider(hand, timeout: .milliseconds(30)),
                provider(Hand(), "b", keys: ["b"], timeout: .milliseconds(20)),
            ]
        )
        let start = ContinuousClock.now
        let document = await healthcheck.document()
        #expect(start.duration(to: .now) >= .milliseconds(30))
        #expect(try document.check("database") == "fail timeout")
        #expect(try document.check("b") == "fail timeout")
    }
}
