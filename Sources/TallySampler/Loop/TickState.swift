/// The calls and answers of a tick. A few targets are read at a time, each until its deadline or the tick's.
struct TickState {
    /// The time that a target has to answer.
    static let targetTime = Duration.seconds(10)
    /// The time that a whole tick has.
    static let wholeTime = Duration.seconds(30)

    /// A call of a source or a target.
    enum Job: Hashable, Sendable {
        case source(Int)
        case target(source: Int, id: String)
    }

    enum Action {
        case read(source: Int)
        case ask(SampleTarget, source: Int)
        /// The answer would come too late.
        case cancel(Job)
        /// The tick is over.
        case end
    }

    struct Outcome: Sendable {
        var error: SourceError?
        /// Errors of parts of a source that answered.
        var partErrors: [SourceError] = []
        var hasAnswered = false
        var samples: [Sample] = []
        var containersRunning: Int?
        /// The ids of the targets, in the order of the source.
        var targets: [String] = []
        var targetSamples: [String: Sample] = [:]
        var targetErrors: [String: SourceError] = [:]
    }

    static let maxTargets = 8

    private(set) var outcomes: [Outcome]
    /// True if the tick ended early, so that missing answers are not failures.
    private(set) var isCutShort = false
    private var isOver = false
    private var waiting = Queue()
    /// The targets that timed out in the last tick. They come last, so that they cannot delay the others twice.
    private var waitingLast = Queue()
    private let late: Set<Job>
    private var running: Set<Job> = []
    private var runningTargets = 0

    private struct Queue {
        private var items: [(target: SampleTarget, source: Int)] = []
        private var next = 0

        var rest: ArraySlice<(target: SampleTarget, source: Int)> { items[next...] }

        mutating func append(_ target: SampleTarget, _ source: Int) { items.append((target, source)) }

        mutating func pop() -> (target: SampleTarget, source: Int)? {
            guard next < items.count else { return nil }
            next += 1
            return items[next - 1]
        }
    }

    init(sources: Int, late: Set<Job> = []) {
        outcomes = Array(repeating: Outcome(), count: sources)
        self.late = late
    }

    var lateTargets: Set<Job> {
        var jobs: Set<Job> = []
        for (source, outcome) in outcomes.enumerated() {
            for (id, error) in outcome.targetErrors where error.reason == .timeout {
                jobs.insert(.target(source: source, id: id))
            }
        }
        return jobs
    }

    func isAsking(_ job: Job) -> Bool { !isOver && running.contains(job) }

    // MARK: Events

    mutating func begin() -> [Action] {
        // The sampler may have been stopped first.
        guard !isOver else { return [] }
        running = Set(outcomes.indices.map(Job.source))
        return outcomes.isEmpty ? endIfDone([]) : outcomes.indices.map { .read(source: $0) }
    }

    mutating func answered(source: Int, _ result: Result<SourceReading, SourceError>) -> [Action] {
        guard running.remove(.source(source)) != nil, outcomes.indices.contains(source) else { return [] }
        switch result {
        case .success(let reading):
            outcomes[source].hasAnswered = true
            outcomes[source].samples = reading.samples
            outcomes[source].partErrors = reading.errors
            outcomes[source].containersRunning = reading.containersRunning
            var seen: Set<String> = []
            for target in reading.targets where seen.insert(target.id).inserted {
                outcomes[source].targets.append(target.id)
                if late.contains(.target(source: source, id: target.id)) {
                    waitingLast.append(target, source)
                } else {
                    waiting.append(target, source)
                }
            }
        case .failure(let error): outcomes[source].error = error
        }
        return endIfDone(askNext())
    }

    mutating func answered(target id: String, source: Int, _ result: Result<Sample?, SourceError>) -> [Action] {
        guard running.remove(.target(source: source, id: id)) != nil else { return [] }
        runningTargets -= 1
        switch result {
        case .success(let sample): outcomes[source].targetSamples[id] = sample
        case .failure(let error): outcomes[source].targetErrors[id] = error
        }
        return endIfDone(askNext())
    }

    mutating func timedOut(target id: String, source: Int) -> [Action] {
        let job = Job.target(source: source, id: id)
        guard running.contains(job) else { return [] }
        let error = Self.noAnswer(within: Self.targetTime)
        return [.cancel(job)] + answered(target: id, source: source, .failure(error))
    }

    /// Ends the tick, at its deadline or because the sampler is stopping.
    mutating func end(cutShort: Bool) -> [Action] {
        guard !isOver else { return [] }
        isOver = true
        isCutShort = cutShort
        let actions = running.map(Action.cancel) + [.end]
        guard !cutShort else { return actions }
        for job in running {
            switch job {
            case .source(let source): outcomes[source].error = Self.noAnswer(within: Self.wholeTime)
            case .target(let source, let id): outcomes[source].targetErrors[id] = Self.ended
            }
        }
        for (target, source) in waiting.rest + waitingLast.rest {
            outcomes[source].targetErrors[target.id] = Self.ended
        }
        running = []
        return actions
    }

    private static let ended = SourceError(.timeout, "no answer before the tick ended after \(wholeTime)")

    private static func noAnswer(within limit: Duration) -> SourceError {
        SourceError(.timeout, "no answer within \(limit)")
    }

    private mutating func askNext() -> [Action] {
        guard !isOver else { return [] }
        var actions: [Action] = []
        while runningTargets < Self.maxTargets, let (target, source) = waiting.pop() ?? waitingLast.pop() {
            runningTargets += 1
            running.insert(.target(source: source, id: target.id))
            actions.append(.ask(target, source: source))
        }
        return actions
    }

    private mutating func endIfDone(_ actions: [Action]) -> [Action] {
        guard !isOver, running.isEmpty, waiting.rest.isEmpty, waitingLast.rest.isEmpty else { return actions }
        isOver = true
        return actions + [.end]
    }
}
