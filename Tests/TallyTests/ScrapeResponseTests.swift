import Tally
import TallyTesting
import Testing

/// The answer that a `/metrics` route sends piece by piece.
struct ScrapeResponseTests {
    private struct Rows: AsyncMetricCollector {
        static let rows = CollectedFamily.gauge("database_rows", help: "Rows.")
        var families: [CollectedFamily] { [Self.rows] }
        func collect(into samples: inout CollectedSamples) async throws { samples.set(Self.rows, to: 12) }
    }

    private let registry = MetricRegistry(ownMetrics: false)

    private func bytes(_ response: ScrapeResponse) async -> [UInt8] {
        var bytes: [UInt8] = []
        for await chunk in response { bytes += chunk }
        return bytes
    }

    @Test(arguments: [false, true])
    func theBodyIsTheExposition(isCompressed: Bool) async {
        let names = Family<Name, Counter>("names_total", help: "Names.", maxChildren: 20_000, in: registry)
        for number in 0..<5_000 { names.increment(for: Name(name: "a name of some length, \(number)")) }
        let request = ScrapeRequest(isCompressed: isCompressed)
        let response = await registry.response(to: request)
        let exposition = registry.exposition(for: request)
        #expect(await bytes(response) == exposition.body)
        #expect(response.headers.map(\.name) == exposition.headers.map(\.name))
        #expect(response.headers.map(\.value) == exposition.headers.map(\.value))
        #expect(await bytes(response) == exposition.body, "a second iteration encodes the body anew")
        guard !isCompressed else { return }
        var pieces = 0
        for await _ in response { pieces += 1 }
        #expect(pieces > 1)
    }

    @Test func asynchronousCollectorsAreCalled() async {
        registry.register(Rows())
        let text = String(decoding: await bytes(registry.response(to: ScrapeRequest())), as: UTF8.self)
        #expect(text.contains("\ndatabase_rows 12\n"))
    }

    @Test func onlyTheCollectorsOfNamedFamiliesAreCalled() async {
        registry.register(Rows())
        let response = await registry.response(to: ScrapeRequest(names: ["something_else"]))
        #expect(await bytes(response).isEmpty)
    }

    private struct Name: LabelSet {
        var name: String
        static let schema: [Label<Self>] = [Label("name", \.name)]
    }
}
