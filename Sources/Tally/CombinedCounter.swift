internal import Synchronization

/// A total that whole and fractional amounts increase, for sources that do not declare which they use.
///
/// The two parts are kept apart, so whole amounts stay exact beyond 2^53 until a fractional amount is added.
package struct CombinedCounter: PlainInstrument {
    private let cell: SeriesCell

    package static func _handle(to series: _Series<Self>) -> Self { Self(cell: series.cell) }

    package static var _kind: _PlainKind<Self> { _PlainKind(layout, contended: layout.values) }

    /// Adds a whole amount. Lock-free, does not allocate. The total saturates at `Int64.max`.
    package func increment(by amount: UInt64) {
        unsafe cell.withWords { unsafe Counter.add(amount, to: $0, 0) }
    }

    /// Adds an amount, which must be finite and not negative. Lock-free, does not allocate.
    package func increment(by amount: Double) {
        unsafe cell.withWords { unsafe $0[1].addDouble(amount) }
    }

    package var value: Double {
        switch unsafe cell.withWords({ Self.total(unsafe SeriesWords($0)) }) {
        case .integer(let total): Double(total)
        case .number(let total): total
        case .absent: 0
        }
    }

    private static func total(_ words: SeriesWords) -> SampleValue {
        let whole = Total.clamped(words[0])
        let fractional = Double(bitPattern: words[1])
        guard fractional > 0 else { return .integer(whole) }
        return .number(min(Double(whole) + fractional, .greatestFiniteMagnitude))
    }

    private static let layout = InstrumentLayout(
        kind: "counter with whole and fractional amounts",
        type: .counter,
        nameSuffix: "_total",
        sampleSuffixes: ["_created"],
        hasCreated: true,
        words: 2,
        values: .read { words, _, values in values[0] = total(words) }
    )
}
