internal import Tally

/// Tells of changes, and of each only once.
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
    /// With what kind of problem each is in.
    private let bad = Locked<[Subject: String]>([:])

    init(_ report: @escaping @Sendable (SamplerReport) -> Void) {
        self.report = report
    }

    /// - Parameters:
    ///   - problem: Nil if all is well.
    ///   - name: Of the problem, where another one is worth telling.
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

    /// A problem that is over already.
    func passed(_ subject: Subject, _ problem: String) {
        report(SamplerReport(kind: subject.kinds.bad, source: subject.source, message: "\(problem), and over"))
    }

    func clockStepped(by seconds: Double) {
        let message = "by \(seconds.rounded()) seconds"
        report(SamplerReport(kind: .clockStepped, source: "", message: message))
    }
}
