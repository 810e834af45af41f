// error: cannot convert value of type '_Series<Foreign>' to expected argument type '_Series<Histogram>'
// error: '_PlainKind<Child>' initializer is inaccessible
// A type outside Tally that would read the one word of a gauge as the many words of a histogram.
import Tally

struct Foreign: PlainInstrument {
    let histogram: Histogram

    static func _handle(to series: _Series<Foreign>) -> Foreign {
        Foreign(histogram: ._handle(to: series))
    }

    static var _kind: _PlainKind<Foreign> { _PlainKind(Gauge._kind) }
}
