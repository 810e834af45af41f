import Tally
import Testing

@testable import TallyHealthcheck

/// The hook that is told of errors: apart from the checks, and once a run.
@Suite(.timeLimit(.minutes(5)))
struct ErrorHookTests {
    private let hand = Hand()
    private let told = Told()

    @Sendable
    private static func midnight() -> Double { 0 }

    private final class Told: Sendable {
        private let list = Locked<[String]>([])
        var reports: [String] { list.withLock { $0 } }

        @Sendable
        func tell(_ provider: String, _ error: any Error) {
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
        // The other errors that there are: keys not declared, and a deadline missed.
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
        let bench = Bench(provider(hand), onError: told.tell)
        for run in 1...4 {
            let request = bench.request()
            await hand.began(run)
            if run % 2 == 0 { hand.fail() } else { hand.answer([:]) }
            _ = await request.value
            await eventually { told.reports.count == run }
            bench.clock.advance(by: .seconds(5))
        }
        #expect(told.reports == ["undeclaredKey", "Failure", "undeclaredKey", "Failure"].map { "database \($0)" })
    }

    /// What a run does after its missed deadline was reported.
    enum LateEnd: CaseIterable {
        case cancellation, error, otherKeys
    }

    @Test(arguments: LateEnd.allCases)
    func aRunIsReportedOnce(_ end: LateEnd) async {
        let bench = Bench(provider(hand, staleIfError: .zero), onError: told.tell)
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
        // The next run begins when the late one is over, and its report comes after what that might have had.
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
        await eventually { told.reports.last == "database Failure" }
        #expect(told.reports == ["database timeout", "database Failure"])
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

    /// Runs its jobs when it is told to.
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

    /// Also on the runtime's pool, which serves if the system has no thread to give.
    @Test func theHookIsNeverCalledConcurrently() {
        let executor = HeldExecutor()
        let reporter = ErrorReporter(told.tell, on: executor)
        for name in ["a", "b", "c"] { reporter.report(name, Hand.Failure()) }
        #expect(executor.count == 1)
        executor.runAll()
        #expect(told.reports == ["a Failure", "b Failure", "c Failure"])
        reporter.report("d", Hand.Failure())
        #expect(executor.count == 1)
        executor.runAll()
        #expect(told.reports.last == "d Failure")
    }

    @Test func aTrailingClosureIsTheHook() async {
        let literal = Healthcheck(
            service: ServiceInfo(name: "chat", version: "1"),
            providers: [.check("literal") { throw Hand.Failure() }]
        ) { name, error in
            told.tell(name, error)
        }
        _ = await literal.document()
        await eventually { told.reports == ["literal Failure"] }
    }

    @Test func aTrailingClosureIsTheHookOfTheOtherInitialisersToo() async throws {
        let validated = try Healthcheck(
            service: ServiceInfo(name: "chat", version: "1"),
            validating: [.check("validated") { throw Hand.Failure() }],
            clock: SteppedClock()
        ) { told.tell($0, $1) }
        _ = await validated.document()
        await eventually { told.reports == ["validated Failure"] }
        let timed = try Healthcheck(
            ServiceInfo(name: "chat", version: "1"),
            [.check("timed") { throw Hand.Failure() }],
            wallClock: Self.midnight
        ) { told.tell($0, $1) }
        #expect(await timed.document().text.contains(#""now":"1970-01-01T00:00:00Z""#))
        await eventually { told.reports.last == "timed Failure" }
    }
}
