/// An instrument that a ``Family`` can hold: ``Counter``, ``FloatCounter``, ``Gauge``, ``Histogram``, ``StateSet``,
/// ``ActiveUsers``.
///
/// Types outside of Tally gain nothing by conforming. A `_Series` belongs to one type of instrument, and only Tally
/// makes one, so that no conformance can read a series as something that it is not.
public protocol Instrument: Sendable {
    /// Makes a handle to a series of this type.
    static func _handle(to series: _Series<Self>) -> Self
}

/// A series whose words have the layout that `Child` expects. Opaque: it has no public initialiser and no public
/// member.
public struct _Series<Child>: Sendable {
    @usableFromInline
    let cell: SeriesCell

    @usableFromInline
    init(_ cell: SeriesCell) {
        self.cell = cell
    }
}
