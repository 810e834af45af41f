// Updates families and instruments that nothing else retains, under the address sanitizer: the optimiser may release an
// object after its last use, and pointers into the object do not retain it. Then runs each race for the given number of
// seconds, two by default; these also suit the thread sanitizer. Exits 0 unless the sanitizer finds an error or a total
// is wrong.
import Foundation
import Tally

enum Side: String, LabelSet, LabelValue, CaseIterable {
    case left, right
    static let schema: [Label<Self>] = [Label("side", \.self)]
}

struct Text: LabelSet {
    var text: String
    static let schema: [Label<Self>] = [Label("text", \.text)]
}

struct Flags: LabelSet {
    var one: Bool
    var two: Bool
    static let schema: [Label<Self>] = [Label("one", \.one), Label("two", \.two)]
}

enum State: String, LabelValue, CaseIterable { case on, off }

/// A family whose registry is released when this returns.
@inline(never)
func family<Labels: LabelSet, Child: PlainInstrument>(_: Child.Type, by: Labels.Type) -> Family<Labels, Child> {
    Family("x", help: "", in: MetricRegistry(ownMetrics: false))
}

@inline(never)
func histograms<Labels: LabelSet>(by: Labels.Type) -> Family<Labels, Histogram> {
    Family("x", help: "", in: MetricRegistry(ownMetrics: false))
}

@inline(never)
func counter() -> Counter { Counter("x", help: "", in: MetricRegistry(ownMetrics: false)) }

@inline(never)
func histogram() -> Histogram { Histogram("x", help: "", in: MetricRegistry(ownMetrics: false)) }

@inline(never)
func native() -> Histogram { Histogram("x", help: "", native: .standard, in: MetricRegistry(ownMetrics: false)) }

@inline(never)
func nativesBySide() -> Family<Side, Histogram> {
    Family("x", help: "", buckets: .latency, native: .standard, in: MetricRegistry(ownMetrics: false))
}

@inline(never)
func users() -> ActiveUsers {
    ActiveUsers("x", help: "", windows: [.seconds(1), .minutes(1)], in: MetricRegistry(ownMetrics: false))
}

@inline(never)
func states() -> StateSet<State> { StateSet("x", help: "", in: MetricRegistry(ownMetrics: false)) }

@inline(never)
func usersBySide() -> Family<Side, ActiveUsers> {
    Family("x", help: "", windows: [.minutes(1)], in: MetricRegistry(ownMetrics: false))
}

final class Holder {
    let sides = family(Counter.self, by: Side.self)
}

struct Metrics {
    let sides = family(Counter.self, by: Side.self)
}

var sum = 0.0
for _ in 0..<2_000 {
    family(Counter.self, by: Side.self)[.right].increment()
    family(Counter.self, by: Side.self)[.left].increment(by: 3)
    sum += Double(family(Counter.self, by: Side.self)[.right].value)
    family(Gauge.self, by: Side.self)[.right].set(2)
    family(Gauge.self, by: Side.self)[.right].increment()
    family(Gauge.self, by: Side.self)[.right].withIncrement { sum += 1 }
    sum += family(Gauge.self, by: Side.self)[.left].value
    family(FloatCounter.self, by: Side.self)[.right].increment(by: 2)
    sum += family(FloatCounter.self, by: Side.self)[.left].value
    family(Counter.self, by: Text.self)[Text(text: "a")].increment()
    family(Counter.self, by: Text.self).increment(for: Text(text: "a"))
    family(Counter.self, by: Side.self).increment(by: 2, for: .left)
    family(Gauge.self, by: Text.self).set(2, for: Text(text: "a"))
    family(FloatCounter.self, by: Flags.self).increment(by: 2, for: Flags(one: true, two: false))
    histograms(by: Side.self).observe(0.3, for: .right)
    usersBySide().record("alice", for: .left)
    sum += Double(family(Counter.self, by: Text.self)[Text(text: "a")].value)
    family(Counter.self, by: Flags.self)[Flags(one: true, two: false)].increment()
    sum += Double(family(Counter.self, by: Flags.self)[Flags(one: true, two: false)].value)
    histograms(by: Side.self)[.right].observe(0.3)
    histograms(by: Side.self)[.right].observe(.seconds(1))
    histograms(by: Flags.self)[Flags(one: true, two: false)].time { sum += 1 }
    sum += histograms(by: Side.self)[.right].sum
    sum += Double(histograms(by: Side.self)[.right].count)
    counter().increment()
    sum += Double(counter().value)
    histogram().observe(2)
    histogram().observe(.seconds(2))
    sum += histogram().sum
    native().observe(2)
    native().observe(.seconds(-2))
    nativesBySide()[.right].observe(0.3)
    nativesBySide().observe(0.3, for: .left)
    counter().increment(exemplar: ["trace_id": "a"])
    histogram().observe(2, exemplar: ["trace_id": "a"])
    states().set(.on)
    sum += states().active.isEmpty ? 0 : 1
    users().record("alice")
    usersBySide()[.left].record("alice")
    sum += Double(users().sketch(over: .minutes(1)).estimate + usersBySide()[.right].counts()[0].users)
    Metrics().sides[.right].increment()
    Holder().sides[.right].increment()
    var holder: Holder? = Holder()
    holder?.sides[.left].increment()
    holder = nil
}
var isRight = sum == 4_000
let seconds = CommandLine.arguments.dropFirst().first.flatMap(Double.init) ?? 2
for churn in Churn.all {
    let rounds = churn.run(for: .seconds(seconds))
    print("\(churn.name):", rounds.map { "\($0) rounds" } ?? "a total was WRONG")
    isRight = isRight && rounds != nil
}
print("no memory was used after it was freed;", isRight ? "all totals were right" : "totals were WRONG")
exit(isRight ? 0 : 1)
