internal import Tally

/// Reports changes of state, each only once.
final class Reports: Sendable {
    enum Subject: Hashable, Sendable {
        case source(String)
        case parts(String)
        case targets(String)
        case settings, history

        var kinds: (bad: SamplerReport.Kind, good: SamplerReport.Kind) {
            switch self {
            case .source: (.sourceDown, .sourceUp)
            case .parts: (.partsFailing, .partsRecovered)
            case .targets: (.targetsFailing, .targetsRecovered)
            case .settings: (.settingsFailing, .settingsRecovered)
            case .history: (.historyFailure, .historyRecovered)
            }
        }

        var source: String {
            switch self {
            case .source(let name), .parts(let name), .targets(let name): name
            case .settings, .history: ""
            }
        }
    }

    private let report: @Sendable (SamplerReport) -> Void
    /// The name of each subject's current problem.
    private let bad = Locked<[Subject: String]>([:])

    init(_ report: @escaping @Sendable (SamplerReport) -> Void) {
        self.report = report
    }

    /// - Parameters:
    ///   - problem: The problem, or nil if there is none.
    ///   - name: The name of the problem. Another name is reported as a new problem.
    func set(_ subject: Subject, _ problem: String?, as name: String = "") {
        let hasChanged = bad.withLock { bad in
            let before = bad[subject]
            bad[subject] = problem == nil ? nil : name
            return before != bad[subject]
        }
        guard hasChanged else { return }
        let kind = problem == nil ? subject.kinds.good : subject.kinds.bad
        report(SamplerReport(kind: kind, source: subject.source, message: problem ?? ""))
    }

    /// Reports a problem that has already passed.
    func passed(_ subject: Subject, _ problem: String) {
        let message = "\(problem) (already recovered)"
        report(SamplerReport(kind: subject.kinds.bad, source: subject.source, message: message))
    }

    func clockStepped(by seconds: Double) {
        let message = "the wall clock was set by \(seconds.rounded()) seconds; check time synchronisation"
        report(SamplerReport(kind: .clockStepped, source: "", message: message))
    }
}
