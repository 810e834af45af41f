import Tally
import Testing

@testable import TallySampler

/// The order and the deadlines of a source's calls, round after round.
struct SourceStateTests {
    private var state = SourceState()

    private static func targets(_ numbers: Range<Int>) -> [SampleTarget] {
        numbers.map { SampleTarget(id: "id\($0)") { nil } }
    }

    private static func asked(_ actions: [SourceState.Action]) -> [Int] {
        actions.compactMap { if case .ask(let target) = $0 { Int(target.id.dropFirst(2)) } else { nil } }
    }

    private static func closed(_ actions: [SourceState.Action]) -> SourceRound? {
        actions.lazy.compactMap { if case .close(let round) = $0 { round } else { nil } }.first
    }

    /// Begins a round with these targets, and returns the targets asked.
    private mutating func begin(_ numbers: Range<Int>) -> [SourceState.Action] {
        _ = state.begin()
        return state.answered(.success(SourceReading(targets: Self.targets(numbers))))
    }

    /// Answers the first targets of a round, and then lets it expire. Returns the targets that were asked.
    private mutating func serve(_ count: Int, of numbers: Range<Int>) -> [Int] {
        var asked = Self.asked(begin(numbers))
        var index = 0
        while index < min(count, asked.count) {
            asked += Self.asked(state.answered(target: "id\(asked[index])", .success(nil)))
            index += 1
        }
        _ = state.expire()
        // The cancelled calls return.
        for number in asked.dropFirst(count) {
            _ = state.answered(target: "id\(number)", .failure(SourceError(.failed, "cancelled")))
        }
        return asked
    }

    // MARK: Fairness

    @Test mutating func targetsLeftOutComeFirstInTheNextRound() {
        #expect(serve(30, of: 0..<50).prefix(30) == Array(0..<30)[...])
        // Those asked without time to answer were left out too.
        #expect(serve(30, of: 0..<50).prefix(30) == Array(30..<50)[...] + Array(0..<10)[...])
        #expect(serve(30, of: 0..<50).prefix(20) == Array(10..<30)[...])
    }

    /// 300 containers of which a round serves 230: each is sampled at least every second round.
    @Test mutating func noTargetIsLeftOutTwice() {
        var missed: [Int: Int] = [:]
        var most = 0
        for _ in 0..<20 {
            let served = Set(serve(230, of: 0..<300).prefix(230))
            for number in 0..<300 {
                missed[number] = served.contains(number) ? 0 : missed[number, default: 0] + 1
                most = max(most, missed[number] ?? 0)
            }
        }
        #expect(most == 1)
    }

    @Test mutating func aNewTargetComesFirst() {
        _ = serve(8, of: 0..<8)
        #expect(Self.asked(begin(0..<9)).first == 8)
    }

    // MARK: Suspects

    @Test mutating func aTargetThatHangsDelaysOneRound() {
        #expect(Self.asked(begin(0..<10)) == Array(0..<8))
        for number in 1..<10 { #expect(Self.closed(state.answered(target: "id\(number)", .success(nil))) == nil) }
        let first = Self.closed(state.timedOut(target: "id0"))
        #expect(first?.targetErrors.keys.map(\.self) == ["id0"])
        // The call has not returned, so it is not repeated, and the round does not wait for it.
        #expect(Self.asked(begin(0..<10)) == Array(1..<9))
        for number in 1..<9 { #expect(Self.closed(state.answered(target: "id\(number)", .success(nil))) == nil) }
        let second = Self.closed(state.answered(target: "id9", .success(nil)))
        #expect(second?.targetErrors["id0"]?.reason == .timeout)
        #expect(second?.isWhole == false)
        // It has returned. Now it is a suspect: asked last, and awaited only while the tick is.
        #expect(state.answered(target: "id0", .success(nil)).isEmpty)
        #expect(Self.asked(begin(0..<10)) == Array(1..<9))
        var asked: [Int] = []
        for number in 1..<10 { asked += Self.asked(state.answered(target: "id\(number)", .success(nil))) }
        #expect(asked == [9, 0])
        #expect(state.isOpen)
        let third = Self.closed(state.stopWaitingForSuspects())
        #expect(third?.targetErrors.count == 1)
        // It answers between two rounds, and is trusted again.
        #expect(state.answered(target: "id0", .success(nil)).isEmpty)
        #expect(Self.asked(begin(0..<8)).contains(0))
    }

    @Test mutating func aSuspectThatAnswersInTimeBelongsToTheRound() {
        _ = begin(0..<2)
        _ = state.timedOut(target: "id0")
        _ = state.answered(target: "id1", .success(nil))
        _ = state.answered(target: "id0", .success(nil))
        _ = begin(0..<2)
        _ = state.answered(target: "id1", .success(nil))
        let round = Self.closed(state.answered(target: "id0", .success(Sample(subject: .container("a")))))
        #expect(round?.isWhole == true)
        #expect(round?.targetSamples.count == 1)
    }

    /// Twenty-four targets that never answer leave places for the others.
    @Test mutating func suspectsTakeAPartOfThePlaces() {
        var actions = begin(0..<24)
        var asked = Self.asked(actions)
        var index = 0
        while index < asked.count {
            actions = state.timedOut(target: "id\(asked[index])")
            asked += Self.asked(actions)
            index += 1
        }
        #expect(Self.closed(actions)?.targetErrors.count == 24)
        for number in 0..<24 { _ = state.answered(target: "id\(number)", .failure(SourceError(.failed, "cancelled"))) }
        #expect(state.outstanding == 0)
        #expect(Self.asked(begin(0..<24)).count == SourceState.maxSuspects)
        _ = state.stopWaitingForSuspects()
        // The suspects of the last round are still running.
        #expect(Self.asked(begin(0..<40)) == Array(24..<28))
    }

    /// The engine is killed after a round in which not all targets were asked.
    @Test mutating func aFailedRoundAfterOneThatExpiredClosesAtOnce() {
        _ = serve(30, of: 0..<300)
        _ = state.begin()
        let closed = Self.closed(state.answered(.failure(SourceError(.unavailable, "down"))))
        #expect(closed?.error?.reason == .unavailable)
        #expect(closed?.targetErrors.isEmpty == true)
    }

    @Test mutating func aTargetThatFailsAtOnceIsNoSuspect() {
        _ = begin(0..<2)
        _ = state.answered(target: "id0", .failure(SourceError(.malformed, "no JSON")))
        _ = state.answered(target: "id1", .success(nil))
        #expect(Self.asked(begin(0..<2)) == [0, 1])
    }

    /// A target that was never asked has not hung.
    @Test mutating func targetsThatWereNotAskedAreNoSuspects() {
        _ = begin(0..<20)
        let round = Self.closed(state.expire())
        #expect(round?.targetErrors.count == 20, "without an error, a skipped target would pass for a removed one")
        for number in 0..<8 { _ = state.answered(target: "id\(number)", .success(nil)) }
        #expect(Self.asked(begin(0..<20)) == Array(0..<8))
    }

    // MARK: Rounds

    @Test mutating func roundsNeverOverlap() {
        _ = begin(0..<3)
        #expect(state.begin().isEmpty)
        for number in 0..<3 { _ = state.answered(target: "id\(number)", .success(nil)) }
        #expect(!state.begin().isEmpty)
    }

    @Test mutating func aSourceThatHangsIsReadOnlyOnce() {
        _ = state.begin()
        #expect(Self.closed(state.expire())?.error?.reason == .timeout)
        #expect(Self.closed(state.begin())?.error?.reason == .timeout)
        #expect(state.answered(.success(SourceReading())).isEmpty)
        #expect(Self.closed(begin(0..<0))?.isWhole == true)
    }

    @Test mutating func aRoundThatIsCutShortHasNoErrors() {
        _ = begin(0..<20)
        let round = Self.closed(state.cutShort())
        #expect(round?.isCutShort == true)
        #expect(round?.targetErrors.isEmpty == true)
        #expect(round?.isWhole == false)
    }

    @Test mutating func canonicallyEquivalentIDsNameTwoTargets() {
        _ = state.begin()
        let targets = ["é", "e\u{301}", "é"].map { SampleTarget(id: $0) { nil } }
        #expect(state.answered(.success(SourceReading(targets: targets))).count == 2)
        #expect(Self.closed(state.answered(target: "é", .success(nil))) == nil)
        #expect(Self.closed(state.answered(target: "e\u{301}", .success(nil))) != nil)
    }

    @Test mutating func thousandsOfTargetsThatHangAreNotRepeated() {
        var asked = Self.asked(begin(0..<50_000))
        var index = 0
        while index < asked.count {
            asked += Self.asked(state.timedOut(target: "id\(asked[index])"))
            index += 1
        }
        #expect(asked.count == 50_000)
        #expect(Self.closed(begin(0..<50_000))?.targetErrors.count == 50_000)
    }
}
