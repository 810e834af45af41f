import Tally
import Testing

@testable import TallyHealthcheck

@Suite(.timeLimit(.minutes(5)))
struct ProbeTests {
    private let hand = Hand()

    @Test func everyRouteAnswersAsItsMethod() async {
        #expect(
            HealthRoute.allCases.map(\.path) == ["/.well-known/healthcheck.json", "/live", "/ready", "/startup"]
        )
        let bench = Bench(provider(Hand.answering([:]), keys: []))
        let healthcheck = bench.healthcheck
        _ = await bench.document()
        healthcheck.beginDraining()
        #expect(await healthcheck.answer(.document).text == healthcheck.document(accept: nil).text)
        let draft = await healthcheck.answer(.document, accept: "application/health+json", detail: .public)
        #expect(draft.contentType == "application/health+json")
        #expect(draft.text == #"{"status":"pass","checks":{}}"#)
        #expect(await healthcheck.answer(.liveness).text == healthcheck.liveness().text)
        #expect(await healthcheck.answer(.readiness).text == #"{"status":"fail","reason":"draining"}"#)
        #expect(await healthcheck.answer(.startup).text == #"{"status":"ok"}"#)
    }

    @Test func livenessRunsNoProvider() async {
        let bench = Bench(provider(hand))
        let document = bench.healthcheck.liveness()
        #expect(document.httpStatus == 200)
        #expect(document.text == #"{"status":"ok"}"#)
        #expect(document.contentType == "application/json")
        #expect(hand.runs == 0)
    }

    @Test func livenessIsOKWhileEverythingFails() async {
        let bench = Bench(provider(hand))
        let request = bench.request()
        await hand.began(1)
        hand.fail()
        #expect(await request.value.httpStatus == 503)
        bench.healthcheck.beginDraining()
        #expect(bench.healthcheck.liveness().httpStatus == 200)
    }

    @Test func readinessWaitsAtMostForItsDeadline() async {
        let bench = Bench(provider(hand, timeout: .seconds(10)))
        let probe = Task { await bench.healthcheck.readiness() }
        await hand.began(1)
        // The run's deadline, and the probe's.
        await eventually { bench.clock.sleepers == 2 }
        bench.clock.advance(by: .milliseconds(800))
        let document = await probe.value
        #expect(document.httpStatus == 503)
        #expect(document.text == #"{"status":"fail"}"#)
        hand.answer(.two)
        await eventually { await bench.healthcheck.readiness().httpStatus == 200 }
        #expect(hand.runs == 1)
    }

    @Test func readinessUsesCachedAnswers() async {
        let bench = Bench(provider(hand), provider(Hand.answering([:]), "b", keys: []))
        let request = bench.request()
        await hand.began(1)
        hand.answer(.two)
        _ = await request.value
        #expect(await bench.healthcheck.readiness().text == #"{"status":"ok"}"#)
        #expect(hand.runs == 1)
    }

    @Test func readinessHasTheStatusOfTheDocument() async {
        let bench = Bench(provider(hand, critical: false))
        let request = bench.request()
        await hand.began(1)
        hand.fail()
        _ = await request.value
        let document = await bench.healthcheck.readiness()
        #expect(document.text == #"{"status":"warn"}"#)
        #expect(document.httpStatus == 200)
    }

    @Test func drainingFailsOnlyReadinessAndAtOnce() async {
        let bench = Bench(provider(hand))
        bench.healthcheck.beginDraining()
        #expect(bench.healthcheck.isDraining)
        let document = await bench.healthcheck.readiness()
        #expect(document.httpStatus == 503)
        #expect(document.text == #"{"status":"fail","reason":"draining"}"#)
        #expect(hand.runs == 0, "no provider ran")
        let request = bench.request()
        await hand.began(1)
        hand.answer(.two)
        #expect(await request.value.httpStatus == 200)
        #expect(await bench.healthcheck.readiness().httpStatus == 503)
        bench.healthcheck.endDraining()
        #expect(await bench.healthcheck.readiness().httpStatus == 200)
    }

    @Test func drainingDuringAProbeFailsIt() async {
        let bench = Bench(provider(hand))
        let probe = Task { await bench.healthcheck.readiness() }
        await hand.began(1)
        bench.healthcheck.beginDraining()
        hand.answer(.two)
        #expect(await probe.value.text == #"{"status":"fail","reason":"draining"}"#)
    }

    @Test func startupIsPendingUntilEveryCriticalProviderHasAnswered() async {
        let other = Hand()
        let bench = Bench(
            provider(hand),
            provider(other, "other", keys: [], critical: false, timeout: .milliseconds(100))
        )
        let first = Task { await bench.healthcheck.startup() }
        await hand.began(1)
        await other.began(1)
        bench.clock.advance(by: .milliseconds(500))
        let document = await first.value
        #expect(document.httpStatus == 503)
        #expect(document.text == #"{"status":"fail","reason":"pending"}"#)
        hand.answer(.two)
        await eventually { await bench.healthcheck.startup().httpStatus == 200 }
        // Later failures do not affect startup.
        bench.clock.advance(by: .seconds(100))
        let request = bench.request()
        await hand.began(2)
        hand.fail()
        #expect(await request.value.httpStatus == 503)
        bench.healthcheck.beginDraining()
        #expect(await bench.healthcheck.startup().text == #"{"status":"ok"}"#)
    }
}
