internal import Synchronization

/// Counts the updates that a registry's instruments rejected, by reason.
@usableFromInline
final class RejectedUpdates: Sendable {
    /// The reason for a rejection. The raw value is the label in `tally_rejected_updates_total{reason}`.
    @usableFromInline
    enum Reason: String, CaseIterable, Sendable {
        /// A decrease of a counter.
        case negative
        /// NaN or an infinity where only a finite number is valid.
        case notFinite = "not_finite"
        /// A value beyond the range of a histogram's native buckets.
        case outOfRange = "out_of_range"
        /// A lookup with the wrong number of label values.
        case labelCount = "label_count"
        /// An exemplar that breaks a rule (see ``Exemplar``), or whose value is not finite.
        case exemplar
        /// A collector's value for a family that it does not list, or lists with another type or number of buckets.
        case notCollected = "not_collected"

        fileprivate var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    private final class Total: Sendable {
        let count = Atomic<UInt64>(0)
    }

    private let totals = Reason.allCases.map { _ in Total() }
    /// The number of lookups with a label value that was truncated to ``LabelTextWriter/maxValueBytes``.
    private let shortened = Atomic<UInt64>(0)

    func count(_ reason: Reason) { totals[reason.index].count.wrappingAdd(1, ordering: .relaxed) }

    func total(_ reason: Reason) -> UInt64 { totals[reason.index].count.load(ordering: .relaxed) }

    func countShortened() { shortened.wrappingAdd(1, ordering: .relaxed) }

    var shortenedTotal: UInt64 { shortened.load(ordering: .relaxed) }
}
