import Testing

@testable import Tally

/// Several types of labels or children share a family. Each has its own lookup table.
struct SharedFamilyTests {
    let registry = MetricRegistry(ownMetrics: false)

    enum Phase: String, LabelValue, CaseIterable { case up, down }
    enum SamePhase: String, LabelValue, CaseIterable { case up, down }

    struct SameRoute: LabelSet {
        var isCached: Bool
        var method: Route.Method
        static let schema: [Tally.Label<Self>] = [Label("method", \.method), Label("cached", \.isCached)]
    }

    /// A type whose schema changes, which its documentation forbids.
    struct ChangingSchema: LabelSet {
        var phase: Phase
        var isNew: Bool
        nonisolated(unsafe) static var isReversed = false
        static var schema: [Tally.Label<Self>] {
            isReversed
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
        let one = Family<ChangingSchema, Counter>("turns_total", help: "", in: registry)
        // Packs into the bytes 1 and 0, as does the other label set after the schema changes.
        one[ChangingSchema(phase: .down, isNew: false)].increment()
        ChangingSchema.isReversed = true
        defer { ChangingSchema.isReversed = false }
        let other = Family<ChangingSchema, Counter>("turns_total", help: "", in: registry)
        other[ChangingSchema(phase: .up, isNew: true)].increment(by: 5)
        #expect(registry.text.contains("turns_total{a=\"down\",b=\"false\"} 1\n"))
        #expect(registry.text.contains("turns_total{a=\"true\",b=\"up\"} 5\n"))
    }
}
