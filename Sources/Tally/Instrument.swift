/// An instrument that a ``Family`` can hold: ``Counter``, ``FloatCounter``, ``Gauge``, ``Histogram``, ``StateSet``,
/// ``ActiveUsers``.
///
/// Types outside of Tally gain nothing by conforming. A `_Series` belongs to one type of instrument, and only Tally
/// makes one, so that no conformance can read a series as something that it is not.
public protocol Instrument: Sendable {
    /// Makes a handle to a series of this type.
    static func _handle(to series: _Series<Self>) -> Self
}

/// An instrument that needs no more than a name and a help text.
///
/// Types outside of Tally cannot register a family: only Tally makes a `_PlainKind`.
public protocol PlainInstrument: Instrument {
    /// The kind of family that holds this instrument.
    static var _kind: _PlainKind<Self> { get }
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

/// The kind of the families of `Child`. Opaque: it has no public initialiser and no public member.
public struct _PlainKind<Child>: Sendable {
    let kind: MetricKind

    init(_ kind: MetricKind) {
        self.kind = kind
    }
}
