internal import Synchronization

/// How many updates of a registry's instruments could not be recorded, by reason.
@usableFromInline
final class RejectedUpdates: Sendable {
    /// Why an update was refused. The raw value is the label in `tally_rejected_updates_total{reason}`.
    @usableFromInline
    enum Reason: String, CaseIterable, LabelSet, LabelValue {
        /// A counter was asked to go down.
        case negative
        /// NaN or an infinity where only a finite number makes sense.
        case notFinite = "not_finite"
        /// A lookup gave a number of label values other than the family's number of labels.
        case labelCount = "label_count"
        /// An exemplar was too long, or not made of labels.
        case exemplar
        /// A collector gave a value to a family that it had not named, or of another type or number of buckets.
        case notCollected = "not_collected"

        @usableFromInline
        static let schema: [Label<Self>] = [Label("reason", \.self)]
    }

    private let negative = Atomic<UInt64>(0)
    private let notFinite = Atomic<UInt64>(0)
    private let labelCount = Atomic<UInt64>(0)
    private let exemplar = Atomic<UInt64>(0)
    private let notCollected = Atomic<UInt64>(0)
    /// Label values that were cut to ``LabelTextWriter/maxValueBytes``: recorded, but not as given.
    private let shortened = Atomic<UInt64>(0)

    func count(_ reason: Reason) {
        switch reason {
        case .negative: negative.wrappingAdd(1, ordering: .relaxed)
        case .notFinite: notFinite.wrappingAdd(1, ordering: .relaxed)
        case .labelCount: labelCount.wrappingAdd(1, ordering: .relaxed)
        case .exemplar: exemplar.wrappingAdd(1, ordering: .relaxed)
        case .notCollected: notCollected.wrappingAdd(1, ordering: .relaxed)
        }
    }

    func total(_ reason: Reason) -> UInt64 {
        switch reason {
        case .negative: negative.load(ordering: .relaxed)
        case .notFinite: notFinite.load(ordering: .relaxed)
        case .labelCount: labelCount.load(ordering: .relaxed)
        case .exemplar: exemplar.load(ordering: .relaxed)
        case .notCollected: notCollected.load(ordering: .relaxed)
        }
    }

    func countShortened() {
        shortened.wrappingAdd(1, ordering: .relaxed)
    }

    var shortenedTotal: UInt64 { shortened.load(ordering: .relaxed) }
}

/// What every family of one registry shares.
final class RegistryContext: Sendable {
    let rejected = RejectedUpdates()
    /// Time since the registry was made, by its own clock.
    let now: @Sendable () -> Duration
    /// Waits so long, by that clock.
    let sleep: @Sendable (Duration) async throws -> Void
    /// Whether that clock goes on by itself, as the machine's does.
    let isRealTime: Bool
    /// Seconds since the Unix epoch, by the time of day.
    let wallSeconds: @Sendable () -> Double
    /// Whether series keep the time they were made at.
    let exposesCreated: Bool
    /// Seeds the hashes of label text, so that nobody outside can choose label values that collide.
    let seed: UInt64

    init(
        now: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        isRealTime: Bool,
        wallSeconds: @escaping @Sendable () -> Double,
        exposesCreated: Bool
    ) {
        self.now = now
        self.sleep = sleep
        self.isRealTime = isRealTime
        self.wallSeconds = wallSeconds
        self.exposesCreated = exposesCreated
        self.seed = UInt64.random(in: .min ... .max)
    }
}
