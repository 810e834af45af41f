// error: '_Series<Child>' initializer is inaccessible
// error: 'cell' is inaccessible
// A handle that would reach the words of another type's series.
import Tally

func counter(over gauge: _Series<Gauge>) -> Counter {
    ._handle(to: _Series<Counter>(gauge.cell))
}
