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
    }

    private let negative = Atomic<UInt64>(0)
    private let notFinite = Atomic<UInt64>(0)
    private let labelCount = Atomic<UInt64>(0)
    private let exemplar = Atomic<UInt64>(0)
    private let notCollected = Atomic<UInt64>(0)
    /// Label values that were cut to ``LabelTextWriter/maxValueBytes``.
    private let shortened = Atomic<UInt64>(0)

    func count(_ reason: Reason) { add(1, to: reason) }

    func total(_ reason: Reason) -> UInt64 { add(0, to: reason) }

    /// Adds to a count, and returns it.
    @discardableResult
    private func add(_ amount: UInt64, to reason: Reason) -> UInt64 {
        switch reason {
        case .negative: negative.wrappingAdd(amount, ordering: .relaxed).newValue
        case .notFinite: notFinite.wrappingAdd(amount, ordering: .relaxed).newValue
        case .labelCount: labelCount.wrappingAdd(amount, ordering: .relaxed).newValue
        case .exemplar: exemplar.wrappingAdd(amount, ordering: .relaxed).newValue
        case .notCollected: notCollected.wrappingAdd(amount, ordering: .relaxed).newValue
        }
    }

    func countShortened() {
        shortened.wrappingAdd(1, ordering: .relaxed)
    }

    var shortenedTotal: UInt64 { shortened.load(ordering: .relaxed) }
}
