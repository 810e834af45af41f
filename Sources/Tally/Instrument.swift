/// What a family's children can be: ``Counter``, ``FloatCounter``, ``Gauge``, ``Histogram``.
///
/// Not for types outside of Tally to conform to.
public protocol Instrument: Sendable {
    /// Makes a handle to a series.
    init(cell: SeriesCell)
}

/// An instrument that a family can make without being told more than its name.
public protocol PlainInstrument: Instrument {
    /// Which of the plain instruments it is.
    static var plainKind: PlainKind { get }
}

/// Which plain instrument a type is. Opaque.
public struct PlainKind: Sendable {
    let kind: MetricKind
}
