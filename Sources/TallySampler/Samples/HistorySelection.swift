/// The subjects of a query.
public struct HistorySelection: Sendable, Hashable {
    enum Choice: Hashable {
        case all(SampleSubject.Kind?)
        case these([SampleSubject])
        case top(Int, SampleMetric, SampleSubject.Kind?)
    }

    let choice: Choice

    /// Every subject with values in the period.
    public static let all = HistorySelection(choice: .all(nil))

    /// Every subject of a kind with values in the period.
    public static func all(of kind: SampleSubject.Kind) -> HistorySelection { HistorySelection(choice: .all(kind)) }

    /// These subjects, in this order.
    public static func only(_ subjects: SampleSubject...) -> HistorySelection {
        HistorySelection(choice: .these(subjects))
    }

    /// The subjects with the highest means of a metric in the period, or of its rate if it is a total, highest first.
    ///
    /// - Parameters:
    ///   - count: The maximum number of subjects.
    ///   - metric: The metric to rank by, which need not be among the queried ones.
    ///   - kind: The kind of subjects. By default, containers of all owners.
    public static func top(
        _ count: Int,
        by metric: SampleMetric,
        of kind: SampleSubject.Kind? = nil
    ) -> HistorySelection {
        HistorySelection(choice: .top(max(0, count), metric, kind))
    }

    /// True if values of this kind may be selected.
    func includes(_ kind: SampleSubject.Kind) -> Bool {
        switch choice {
        case .all(let wanted): wanted == nil || wanted == kind
        case .these(let subjects): subjects.contains { $0.kind == kind }
        case .top(_, _, let wanted): wanted.map { $0 == kind } ?? kind.isContainer
        }
    }

    func includes(_ subject: SampleSubject) -> Bool {
        if case .these(let subjects) = choice { return subjects.contains(subject) }
        return includes(subject.kind)
    }
}
