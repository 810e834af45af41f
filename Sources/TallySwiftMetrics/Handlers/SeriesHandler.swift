import Synchronization
import Tally

/// The handler of one series, which all users of the series share.
///
/// Unchecked `Sendable` only because subclasses exist: every property is a constant or an atomic.
class SeriesHandler<Child: Instrument>: @unchecked Sendable {
    /// A copy of the series' child, so that updates save an indirection.
    final let child: Child
    final let series: ShapedSeries<Child>
    final let label: String
    final let key: SeriesKey
    final let keeper: any HandlerKeeper
    private let owners = Atomic<Int>(1)
    private let hidden = Atomic<Bool>(false)

    required init(_ series: ShapedSeries<Child>, _ label: String, _ key: SeriesKey, _ keeper: any HandlerKeeper) {
        child = series.child
        self.series = series
        self.label = label
        self.key = key
        self.keeper = keeper
    }

    /// True after the last user has destroyed the handler. The series has to be exposed again before an update.
    @inline(__always)
    final var isHidden: Bool {
        get { hidden.load(ordering: .relaxed) }
        set { hidden.store(newValue, ordering: .relaxed) }
    }

    /// The number of users that have not destroyed the handler. Changes only under the lock of the handler table, or
    /// while the table does not have the handler.
    @inline(__always)
    final var ownerCount: Int {
        get { owners.load(ordering: .relaxed) }
        set { owners.store(newValue, ordering: .relaxed) }
    }

    @inline(never)
    final func reject(_ reason: SwiftMetricsRejection.Reason) { keeper.reject(reason, label) }

    @inline(never)
    final func reexposed() -> Child { keeper.reexpose(self) }
}
