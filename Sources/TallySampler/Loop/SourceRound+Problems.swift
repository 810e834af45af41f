internal import Tally

/// The problems of a round for the operator. Each has a name that stays the same while the problem does.
extension SourceRound {
    var partProblem: String? {
        partErrors.first.map { first in
            let more = Set(partErrors.map(\.identity)).count - 1
            return more > 0 ? "\(first) (and \(more) more)" : first.description
        }
    }

    var partProblemName: String { Self.name(partErrors) }

    var targetProblem: String? {
        targets.first { targetErrors[$0] != nil }.map { id in
            "\(targetErrors.count) of \(targets.count) failed, the first is \(id.text): "
                + "\(targetErrors[id]?.description ?? "")"
        }
    }

    /// One of many, several, or all: a change between these is worth a report, each change of a number is not.
    var targetProblemName: String {
        let extent = targetErrors.count == targets.count ? "all" : targetErrors.count == 1 ? "one" : "some"
        return extent + " " + Set(targetErrors.values.map(\.reason.description)).sorted().joined(separator: " ")
    }

    private static func name(_ errors: [SourceError]) -> String {
        Set(errors.map(\.identity)).sorted().joined(separator: "\n")
    }
}
