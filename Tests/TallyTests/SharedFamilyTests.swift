import Testing

@testable import Tally

/// Several types of labels or children that use one family, each with a lookup table of its own.
struct SharedFamilyTests {
    let registry = MetricRegistry(ownMetrics: false)

    enum Phase: String, LabelValue, CaseIterable { case up, down }
    enum SamePhase: String, LabelValue, CaseIterable { case up, down }

    struct SameRoute: LabelSet {
        var isCached: Bool
        var method: Route.Method
        static let schema: [Tally.Label<Self>] = [Label("method", \.method), Label("cached", \.isCached)]
    }

    /// One type whose schema is not always the same, against its documentation.
    struct Turning: LabelSet {
        var phase: Phase
        var isNew: Bool
        nonisolated(unsafe) static var isTurned = false
        static var schema: [Tally.Label<Self>] {
            isTurned
                ? [Label("a", \.isNew), Label("b", \.phase)]
                : [Label("a", \.phase), Label("b", \.isNew)]
        }
    }

    private let route = Route(method: .get, isCached: true)

    @Test func aChildRemovedThroughOneStateTypeReturnsThroughAnother() throws {
        let one = Family<Route, StateSet<Phase>>("phase", help: "", in: registry)
        let other = Family<Route, StateSet<SamePhase>>("phase", help: "", in: registry)
        for _ in 0..<2 {
            one[route].set(.up)
            other[route].set(.down)
            #expect(one[route].active == [.down])
            #expect(one.remove(route))
            #expect(registry.text.isEmpty)
            other[route].set(.up)
            #expect(registry.text.contains("phase=\"up\"} 1\n"))
            #expect(other.remove(route))
            one[route].set(.up)
            #expect(registry.text.contains("phase=\"up\"} 1\n"))
        }
        one.removeAll()
        other[route].set(.down)
        #expect(registry.text.contains("phase=\"down\"} 1\n"))
    }

    @Test func aChildRemovedThroughOneLabelTypeReturnsThroughAnother() throws {
        let one = Family<Route, Counter>("hits_total", help: "", in: registry)
        let other = Family<SameRoute, Counter>("hits_total", help: "", in: registry)
        let dynamic = try Counter.family(
            validating: "hits_total",
            help: "",
            labelNames: ["method", "cached"],
            in: registry
        )
        let same = SameRoute(isCached: true, method: .get)
        one[route].increment()
        other[same].increment()
        #expect(one[route].value == 2)
        #expect(dynamic.remove(["GET", "true"]))
        other[same].increment()
        #expect(one.count == 1)
        #expect(one.remove(route))
        #expect(one.count == 0)
        one[route].increment()
        #expect(other[same].value == 4)
        #expect(dynamic.count == 1)
    }

    @Test func aChangedSchemaNeverFindsAnotherChild() {
        let one = Family<Turning, Counter>("turns_total", help: "", in: registry)
        // Packs into the bytes 1 and 0, and after the turn so does the other.
        one[Turning(phase: .down, isNew: false)].increment()
        Turning.isTurned = true
        defer { Turning.isTurned = false }
        let other = Family<Turning, Counter>("turns_total", help: "", in: registry)
        other[Turning(phase: .up, isNew: true)].increment(by: 5)
        #expect(registry.text.contains("turns_total{a=\"down\",b=\"false\"} 1\n"))
        #expect(registry.text.contains("turns_total{a=\"true\",b=\"up\"} 5\n"))
    }
}
