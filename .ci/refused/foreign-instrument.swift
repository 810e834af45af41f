// error: cannot convert value of type '_Series<Foreign>' to expected argument type '_Series<Histogram>'
// error: '_PlainKind<Child>' initializer is inaccessible
// A type outside of Tally that would read a gauge's one word as a histogram's many.
import Tally

struct Foreign: PlainInstrument {
    let histogram: Histogram

    static func _handle(to series: _Series<Foreign>) -> Foreign {
        Foreign(histogram: ._handle(to: series))
    }

    static var _kind: _PlainKind<Foreign> { _PlainKind(Gauge._kind) }
}
