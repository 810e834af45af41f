import Tally
import Testing

@testable import TallyHealthcheck

/// The error hook runs apart from the checks, at most once per run.
@Suite(.timeLimit(.minutes(5)))
struct ErrorHookTests {
    private let hand = Hand()
    private let recorder = ErrorRecorder()

    @Sendable
    private static func midnight() -> Double { 0 }

    private final class ErrorRecorder: Sendable {
        private let list = Locked<[String]>([])
        var reports: [String] { list.withLock { $0 } }

        @Sendable
        func record(_ provider: String, _ error: any Error) {
            let code = (error as? HealthcheckError)?.code.description ?? "\(type(of: error))"
            list.withLock { $0.append("\(provider) \(code)") }
        }
    }

    @Test func aBlockingHookDelaysNeitherItsCheckNorOthers() async throws {
        let gate = Gate()
        defer { gate.open() }
        let bench = Bench(provider(hand)) { _, _ in gate.block() }
        let first = bench.request()
        await hand.began(1)
        hand.fail()
        #expect(try await first.value.check("database") == "fail error")
        await eventually { gate.waiting == 1 }
        bench.clock.advance(by: .seconds(5))
        let second = bench.request()
        await hand.began(2)
        hand.answer(.two)
        #expect(try await second.value.check("database") == "ok")
        // The other kinds of errors: a missing key, and a missed deadline.
        bench.clock.advance(by: .seconds(5))
        let third = bench.request()
        await hand.began(3)
        hand.answer([:])
        #expect(try await third.value.check("database") == "ok")
        bench.clock.advance(by: .seconds(5))
        let fourth = bench.request()
        await hand.began(4)
        bench.clock.advance(by: .milliseconds(500))
        #expect(try await fourth.value.check("database") == "warn stale")
        hand.answer(.two)
        await eventually { await bench.document().status == .ok }
        #expect(gate.waiting == 1, "one report at a time")
    }

    @Test func reportsArriveInOrder() async {
        let bench = Bench(provider(hand), onError: recorder.record)
        for run in 1...4 {
            let request = bench.request()
            await hand.began(run)
            if run % 2 == 0 { hand.fail() } else { hand.answer([:]) }
            _ = await request.value
            await eventually { recorder.reports.count == run }
            bench.clock.advance(by: .seconds(5))
        }
        #expect(recorder.reports == ["undeclaredKey", "Failure", "undeclaredKey", "Failure"].map { "database \($0)" })
    }

    /// The end of a run whose missed deadline was reported.
    enum LateEnd: CaseIterable {
        case cancellation, error, otherKeys
    }

    @Test(arguments: LateEnd.allCases)
    func aRunIsReportedOnce(_ end: LateEnd) async {
        let bench = Bench(provider(hand, staleIfError: .zero), onError: recorder.record)
        let request = bench.request()
        await hand.began(1)
        bench.clock.advance(by: .milliseconds(500))
        _ = await request.value
        switch end {
        case .cancellation: hand.fail(CancellationError())
        case .error: hand.fail()
        case .otherKeys: hand.answer(["other": 1])
        }
        bench.clock.advance(by: .seconds(5))
        // The next run begins after the late one has ended, so its report follows any report of that run.
        let later = Task {
            await eventually {
                _ = await bench.document()
                bench.clock.advance(by: .seconds(5))
                return hand.runs == 2
            }
        }
        await hand.began(2)
        hand.fail()
        await later.value
        await eventually { recorder.reports.last == "database Failure" }
        #expect(recorder.reports == ["database timeout", "database Failure"])
    }

    @Test func aBlockedHookDropsReportsBeyondItsCapacity() async {
        let gate = Gate()
        let count = Locked(0)
        let reporter = ErrorReporter { _, _ in
            gate.block()
            count.withLock { $0 += 1 }
        }
        reporter.report("first", Hand.Failure())
        await eventually { gate.waiting == 1 }
        for _ in 0..<10 * ErrorReporter.capacity { reporter.report("later", Hand.Failure()) }
        gate.open()
        await eventually { count.withLock { $0 } == 1 + ErrorReporter.capacity }
        reporter.report("last", Hand.Failure())
        await eventually { count.withLock { $0 } == 2 + ErrorReporter.capacity }
    }

    /// Runs its jobs on request.
    private final class HeldExecutor: TaskExecutor {
        private let jobs = Locked<[UnownedJob]>([])
        var count: Int { jobs.withLock { $0.count } }

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            jobs.withLock { $0.append(job) }
        }

        func runAll() {
            let held = jobs.withLock { jobs in
                defer { jobs = [] }
                return jobs
            }
            for job in held { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    /// The same holds on the runtime's pool, which is used if the system cannot start a thread.
    @Test func theHookIsNeverCalledConcurrently() {
        let executor = HeldExecutor()
        let reporter = ErrorReporter(recorder.record, on: executor)
        for name in ["a", "b", "c"] { reporter.report(name, Hand.Failure()) }
        #expect(executor.count == 1)
        executor.runAll()
        #expect(recorder.reports == ["a Failure", "b Failure", "c Failure"])
        reporter.report("d", Hand.Failure())
        #expect(executor.count == 1)
        executor.runAll()
        #expect(recorder.reports.last == "d Failure")
    }

    @Test func aTrailingClosureIsTheHook() async {
        let literal = Healthcheck(
            service: ServiceInfo(name: "chat", version: "1"),
            providers: [.check("literal") { throw Hand.Failure() }],
            clock: SteppedClock()
        ) { name, error in
            recorder.record(name, error)
        }
        _ = await literal.document()
        await eventually { recorder.reports == ["literal Failure"] }
    }

    @Test func aTrailingClosureIsTheHookOfTheOtherInitialisersToo() async throws {
        let validated = try Healthcheck(
            service: ServiceInfo(name: "chat", version: "1"),
            validating: [.check("validated") { throw Hand.Failure() }],
            clock: SteppedClock()
        ) { recorder.record($0, $1) }
        _ = await validated.document()
        await eventually { recorder.reports == ["validated Failure"] }
        let timed = try Healthcheck(
            ServiceInfo(name: "chat", version: "1"),
            [.check("timed") { throw Hand.Failure() }],
            clock: SteppedClock(),
            wallClock: Self.midnight
        ) { recorder.record($0, $1) }
        #expect(await timed.document().text.contains(#""now":"1970-01-01T00:00:00Z""#))
        await eventually { recorder.reports.last == "timed Failure" }
    }
}
