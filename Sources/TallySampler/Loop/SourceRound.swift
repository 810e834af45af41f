internal import Tally

/// A source's answers for one tick.
struct SourceRound: Sendable {
    var error: SourceError?
    /// Errors of parts of a source that answered.
    var partErrors: [SourceError] = []
    var hasAnswered = false
    /// True if the round ended because the sampler stops, so that missing answers are not failures.
    var isCutShort = false
    var samples: [Sample] = []
    var containersRunning: Int?
    /// The ids of the targets, in the order of the source.
    var targets: [ByteName] = []
    var targetSamples: [ByteName: Sample] = [:]
    var targetErrors: [ByteName: SourceError] = [:]

    /// All samples, in the order of the source.
    var allSamples: [Sample] { samples + targets.compactMap { targetSamples[$0] } }

    /// True if the source sampled everything, so that what has no sample does not exist.
    var isWhole: Bool { hasAnswered && !isCutShort && partErrors.isEmpty && targetErrors.isEmpty }
}
