internal import Tally

/// The calls and answers of one source, round after round.
///
/// A round begins at a tick and reads the source, then its targets, a few at a time. It ends when all have answered or
/// are late, so rounds never overlap. Targets that were late in an earlier round are *suspects*: they are asked last,
/// in a part of the places, and a round waits for them only while its tick does. One that hangs thus delays one round.
struct SourceState {
    /// The time that a target has to answer.
    static let targetTime = Duration.seconds(10)
    /// The time that a whole round has.
    static let roundTime = Duration.seconds(30)
    static let maxTargets = 8
    /// The maximum number of suspects asked at a time, so that others always have a place.
    static let maxSuspects = 4

    /// A call of the source or of one of its targets.
    enum Call: Hashable, Sendable {
        case source
        case target(ByteName)
    }

    enum Action {
        case read
        case ask(SampleTarget)
        /// The answer would come too late.
        case cancel(Call)
        /// The round is over.
        case close(SourceRound)
    }

    private(set) var isOpen = false
    private var round = SourceRound()
    /// The number of rounds so far.
    private var number = 0
    /// True until the round's tick has been written.
    private var waitsForSuspects = true
    private var running: Set<Call> = []
    /// Cancelled calls that have not returned. They are not repeated until then.
    private var stuck: Set<Call> = []
    private var suspects: Set<ByteName> = []
    private var runningSuspects: Set<ByteName> = []
    private var waiting = Queue()
    private var waitingSuspects = Queue()
    /// The last round in which each target answered or was late. Those left out since come first.
    private var lastServed: [ByteName: Int] = [:]

    private struct Queue {
        private var items: [SampleTarget] = []
        private var next = 0

        init(_ items: [SampleTarget] = []) {
            self.items = items
        }

        var isEmpty: Bool { next == items.count }
        var rest: ArraySlice<SampleTarget> { items[next...] }

        mutating func pop() -> SampleTarget? {
            guard next < items.count else { return nil }
            next += 1
            return items[next - 1]
        }
    }

    /// The number of calls that have not returned.
    var outstanding: Int { running.count + stuck.count }
    func isAwaiting(_ call: Call) -> Bool { running.contains(call) }

    // MARK: Events

    /// Begins a round. Does nothing while the last one is open.
    mutating func begin() -> [Action] {
        guard !isOpen else { return [] }
        (round, isOpen, waitsForSuspects, number) = (SourceRound(), true, true, number + 1)
        // The last round may have ended before it had asked all of its targets.
        (waiting, waitingSuspects) = (Queue(), Queue())
        guard !stuck.contains(.source) else {
            round.error = Self.stuckError
            return close([])
        }
        running.insert(.source)
        return [.read]
    }

    mutating func answered(_ result: Result<SourceReading, SourceError>) -> [Action] {
        guard running.remove(.source) != nil else {
            stuck.remove(.source)
            return []
        }
        switch result {
        case .success(let reading): take(reading)
        case .failure(let error): round.error = error
        }
        return closeIfDone(askNext())
    }

    private mutating func take(_ reading: SourceReading) {
        round.hasAnswered = true
        round.samples = reading.samples
        round.partErrors = reading.errors
        round.containersRunning = reading.containersRunning.flatMap { $0 >= 0 ? $0 : nil }
        var seen: Set<ByteName> = []
        let targets = reading.targets.filter { seen.insert($0.key).inserted }
        round.targets = targets.map(\.key)
        lastServed = lastServed.filter { seen.contains($0.key) }
        suspects.formIntersection(seen)
        let served = targets.map { lastServed[$0.key] ?? 0 }
        let fair = targets.indices.sorted { (served[$0], $0) < (served[$1], $1) }.map { targets[$0] }
        var free: [SampleTarget] = []
        var doubtful: [SampleTarget] = []
        for target in fair {
            if stuck.contains(.target(target.key)) {
                round.targetErrors[target.key] = Self.stuckError
            } else if suspects.contains(target.key) {
                if !running.contains(.target(target.key)) { doubtful.append(target) }
            } else {
                free.append(target)
            }
        }
        waiting = Queue(free)
        waitingSuspects = Queue(doubtful)
    }

    mutating func answered(target id: ByteName, _ result: Result<Sample?, SourceError>) -> [Action] {
        guard running.remove(.target(id)) != nil else {
            stuck.remove(.target(id))
            return []
        }
        let isSuspect = runningSuspects.remove(id) != nil
        suspects.remove(id)
        lastServed[id] = number
        // A suspect may answer between two rounds, or before the source has listed it again.
        if isOpen, round.hasAnswered, !isSuspect || round.targets.contains(id) {
            switch result {
            case .success(let sample): round.targetSamples[id] = sample
            case .failure(let error): round.targetErrors[id] = error
            }
        }
        return closeIfDone(askNext())
    }

    mutating func timedOut(target id: ByteName) -> [Action] {
        let call = Call.target(id)
        guard running.remove(call) != nil else { return [] }
        stuck.insert(call)
        suspects.insert(id)
        let isSuspect = runningSuspects.remove(id) != nil
        lastServed[id] = number
        if isOpen, round.hasAnswered, !isSuspect || round.targets.contains(id) {
            round.targetErrors[id] = Self.noAnswer(within: Self.targetTime)
        }
        return [.cancel(call)] + closeIfDone(askNext())
    }

    /// Stops waiting for suspects, because the tick is about to be written.
    mutating func stopWaitingForSuspects() -> [Action] {
        guard isOpen else { return [] }
        waitsForSuspects = false
        return closeIfDone([])
    }

    /// Ends the round at its deadline.
    mutating func expire() -> [Action] {
        guard isOpen else { return [] }
        var actions: [Action] = []
        for call in running {
            switch call {
            case .source: round.error = Self.noAnswer(within: Self.roundTime)
            case .target(let id) where runningSuspects.contains(id): continue
            case .target(let id): round.targetErrors[id] = Self.endedError
            }
            running.remove(call)
            stuck.insert(call)
            actions.append(.cancel(call))
        }
        for target in waiting.rest { round.targetErrors[target.key] = Self.endedError }
        return close(actions)
    }

    /// Cancels all calls and ends the round with the answers so far, because sampling ends.
    mutating func cutShort() -> [Action] {
        let actions = running.map(Action.cancel)
        stuck.formUnion(running)
        (running, runningSuspects) = ([], [])
        guard isOpen else { return actions }
        isOpen = false
        round.isCutShort = true
        return actions + [.close(round)]
    }

    // MARK: Steps

    private mutating func askNext() -> [Action] {
        guard isOpen, round.hasAnswered else { return [] }
        var actions: [Action] = []
        while running.count < Self.maxTargets {
            var next = waiting.pop()
            if next == nil, runningSuspects.count < Self.maxSuspects {
                next = waitingSuspects.pop()
                if let id = next?.key { runningSuspects.insert(id) }
            }
            guard let target = next else { break }
            running.insert(.target(target.key))
            actions.append(.ask(target))
        }
        return actions
    }

    private mutating func closeIfDone(_ actions: [Action]) -> [Action] {
        guard isOpen, waiting.isEmpty, running.count == runningSuspects.count else { return actions }
        if waitsForSuspects, !runningSuspects.isEmpty || !waitingSuspects.isEmpty { return actions }
        return close(actions)
    }

    private mutating func close(_ actions: [Action]) -> [Action] {
        isOpen = false
        for target in waitingSuspects.rest { round.targetErrors[target.key] = Self.stuckError }
        for id in runningSuspects where round.targets.contains(id) {
            round.targetErrors[id] = Self.stuckError
        }
        return actions + [.close(round)]
    }

    private static let endedError = SourceError(.timeout, "no answer before the reading ended after \(roundTime)")
    private static let stuckError = SourceError(
        .timeout,
        "the call of an earlier tick has not returned; it is not repeated"
    )

    private static func noAnswer(within limit: Duration) -> SourceError {
        SourceError(.timeout, "no answer within \(limit)")
    }
}

extension SampleTarget {
    /// The id, compared by its bytes.
    var key: ByteName { ByteName(id) }
}
