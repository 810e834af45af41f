internal import Tally

/// Tells of changes, and of each only once.
final class Reports: Sendable {
    /// What can be well or not.
    enum Subject: Hashable, Sendable {
        case source(String)
        case parts(String)
        case targets(String)
        case settings, history

        var kinds: (bad: SamplerReport.Kind, good: SamplerReport.Kind) {
            switch self {
            case .source: (.sourceDown, .sourceUp)
            case .parts: (.partsFailing, .partsWell)
            case .targets: (.targetsFailing, .targetsWell)
            case .settings: (.settingsFailing, .settingsWell)
            case .history: (.historyTrouble, .historyWell)
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
    private let bad = Locked<Set<Subject>>([])

    init(_ report: @escaping @Sendable (SamplerReport) -> Void) {
        self.report = report
    }

    /// - Parameter problem: Nil if all is well.
    func set(_ subject: Subject, _ problem: String?) {
        let hasChanged = bad.withLock { bad in
            problem == nil ? bad.remove(subject) != nil : bad.insert(subject).inserted
        }
        guard hasChanged else { return }
        let kind = problem == nil ? subject.kinds.good : subject.kinds.bad
        report(SamplerReport(kind: kind, source: subject.source, message: problem ?? ""))
    }

    func clockStepped(by seconds: Double) {
        let message = "by \(seconds.rounded()) seconds"
        report(SamplerReport(kind: .clockStepped, source: "", message: message))
    }
}
