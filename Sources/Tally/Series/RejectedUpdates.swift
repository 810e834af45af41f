internal import Synchronization

/// The numbers of updates that a registry's instruments could not record, by reason.
@usableFromInline
final class RejectedUpdates: Sendable {
    /// The reason for a refusal. The raw value is the label in `tally_rejected_updates_total{reason}`.
    @usableFromInline
    enum Reason: String, CaseIterable, Sendable {
        /// A counter was asked to go down.
        case negative
        /// NaN or an infinity where only a finite number makes sense.
        case notFinite = "not_finite"
        /// A lookup gave a number of label values other than the family's number of labels.
        case labelCount = "label_count"
        /// An exemplar was too long, or not made of labels.
        case exemplar
        /// A collector set a family that it had not named, or one of another type or number of buckets.
        case notCollected = "not_collected"

        fileprivate var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    private let totals = InlineArray<5, Atomic<UInt64>> { _ in Atomic(0) }
    /// Label values that were cut to ``LabelTextWriter/maxValueBytes``.
    private let shortened = Atomic<UInt64>(0)

    func count(_ reason: Reason) { totals[reason.index].wrappingAdd(1, ordering: .relaxed) }

    func total(_ reason: Reason) -> UInt64 { totals[reason.index].load(ordering: .relaxed) }

    func countShortened() { shortened.wrappingAdd(1, ordering: .relaxed) }

    var shortenedTotal: UInt64 { shortened.load(ordering: .relaxed) }
}
