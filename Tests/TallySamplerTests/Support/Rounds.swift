import Tally

@testable import TallySampler

extension ByteName: ExpressibleByStringInterpolation {
    /// Creates a name from a literal.
    public init(stringLiteral text: String) { self.init(text) }
}

extension SourceRound {
    /// A round in which the source and its targets answered.
    init(_ samples: [Sample], running: Int? = nil) {
        self.init()
        hasAnswered = true
        self.samples = samples
        containersRunning = running
    }

    /// A round in which the source failed.
    static let failed: SourceRound = {
        var round = SourceRound()
        round.error = SourceError(.unavailable, "no socket")
        return round
    }()

    /// The round, with a target that failed.
    func failing(_ id: String) -> SourceRound {
        var round = self
        round.targets.append(ByteName(id))
        round.targetErrors[ByteName(id)] = SourceError(.timeout, "late")
        return round
    }
}

extension SampleJoin {
    /// Joins rounds of a new tick, one of each source. Nil is a source that is still being read.
    mutating func tick(_ rounds: SourceRound?...) -> Joined {
        _ = beginTick()
        let pending = Set(rounds.indices.filter { rounds[$0] == nil })
        return joined(rounds.enumerated().compactMap { index, round in round.map { (index, $0) } }, pending: pending)
    }
}

extension SampleJoin.Joined {
    var host: [SampleMetric: Double]? { samples.first { $0.subject == .host }?.values }
}

extension LatestValues {
    /// Exposes the samples of one source.
    @discardableResult
    mutating func show(_ samples: [Sample], isWhole: Bool = true) -> Int {
        var join = SampleJoin()
        var round = SourceRound(samples)
        if !isWhole { round.partErrors = [SourceError(.failed, "a part")] }
        return show(join.joined([(0, round)], pending: []))
    }
}

extension Sample {
    static func group(_ path: String, _ id: String?, _ values: [SampleMetric: Double] = [:]) -> Sample {
        Sample(
            subject: .controlGroup(path),
            containerID: id,
            values: [.cpuPercent: 10, .memoryUsedBytes: 100].merging(values) { _, own in own }
        )
    }
}
