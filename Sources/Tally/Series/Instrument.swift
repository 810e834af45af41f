/// An instrument that a ``Family`` can hold: ``Counter``, ``FloatCounter``, ``Gauge``, ``Histogram``, ``StateSet``,
/// ``ActiveUsers``.
///
/// Types outside Tally gain nothing by conforming. A `_Series` belongs to one type of instrument and only Tally creates
/// one, so no conformance can read a series as another type.
public protocol Instrument: Sendable {
    /// Makes a handle to a series of this type.
    static func _handle(to series: _Series<Self>) -> Self
}

/// A series whose words have the layout that `Child` expects. Opaque: it has no public initialiser or member.
public struct _Series<Child>: Sendable {
    @usableFromInline
    let cell: SeriesCell

    @usableFromInline
    init(_ cell: SeriesCell) {
        self.cell = cell
    }
}
