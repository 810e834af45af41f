import Foundation
import Synchronization
import TallyTesting
import Testing

@testable import TallySampler

@Suite(.timeLimit(.minutes(5)))
struct SingleCallTests {
    /// A call that returns only when its gate opens.
    private final class Slow: Sendable {
        let made = Atomic<Int>(0)
        let gate = DispatchSemaphore(value: 0)
        func call() -> Int {
            let number = made.add(1, ordering: .relaxed).newValue
            gate.wait()
            return number
        }
    }

    private let clock = ManualClock()

    private func call(_ slow: Slow) -> SingleCall<Int> {
        SingleCall(clock: clock, patience: .seconds(1)) { slow.call() }
    }

    private func value(_ outcome: SingleCall<Int>.Outcome) -> Int? {
        guard case .value(let value) = outcome else { return nil }
        return value
    }

    @Test func aReturningCallHasAValueEachTime() async {
        let calls = Atomic<Int>(0)
        let call = SingleCall(clock: clock, patience: .seconds(1)) { calls.add(1, ordering: .relaxed).newValue }
        for number in 1...100 {
            #expect(value(await call.outcome(at: .zero)) == number)
        }
    }

    @Test func aHangingCallIsAwaitedOnceAndMadeOnce() async throws {
        let slow = Slow()
        let call = call(slow)
        async let first = call.outcome(at: .seconds(10))
        try await clock.waitForSleepers(1)
        clock.advance(by: .seconds(1))
        guard case .late = await first else { return #expect(Bool(false), "the call was not late") }
        // Neither a wait nor a second call, until the first has returned.
        guard case .late = await call.outcome(at: .milliseconds(14_999)) else {
            return #expect(Bool(false), "the call was not late")
        }
        for time in [15, 1000] {
            guard case .stuck = await call.outcome(at: .seconds(time)) else {
                return #expect(Bool(false), "the call was not stuck")
            }
        }
        // The thread of the call may not have run yet.
        while slow.made.load(ordering: .relaxed) == 0, !Task.isCancelled { await Task.yield() }
        #expect(slow.made.load(ordering: .relaxed) == 1)
        slow.gate.signal()
        slow.gate.signal()
        // After the first call returns, its late value is discarded and the next call is made.
        var answer: Int?
        while answer == nil, !Task.isCancelled {
            answer = value(await call.outcome(at: .seconds(1001)))
            await Task.yield()
        }
        #expect(answer == 2)
    }

    @Test func cancellingDoesNotWaitForTheCall() async throws {
        let slow = Slow()
        let call = call(slow)
        let task = Task { await call.outcome(at: .zero) }
        try await clock.waitForSleepers(1)
        task.cancel()
        guard case .cancelled = await task.value else { return #expect(Bool(false), "the call was not cancelled") }
        slow.gate.signal()
    }

    @Test func anAlreadyCancelledTaskDoesNotWaitForTheCall() async {
        let slow = Slow()
        let call = call(slow)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await call.outcome(at: .zero)
        }
        guard case .cancelled = await task.value else { return #expect(Bool(false), "the call was not cancelled") }
        slow.gate.signal()
    }
}
