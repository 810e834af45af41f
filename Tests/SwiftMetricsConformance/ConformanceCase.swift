#if SwiftMetrics
import TallyTesting

/// A promise that a backend of swift-metrics keeps, whatever libraries do.
///
/// swift-metrics has a kit for tests of libraries that emit metrics, but none for backends. These cases need only a
/// factory and its exposition. Each runs on a new backend.
///
/// A backend that breaks a promise by ending the process cannot be examined further in it.
package struct ConformanceCase: Sendable, CustomStringConvertible {
    /// A sentence that is true of a conforming backend.
    package let description: String
    private let check: @Sendable (MetricsBackend, inout Findings) throws -> Void

    init(_ description: String, _ check: @escaping @Sendable (MetricsBackend, inout Findings) throws -> Void) {
        self.description = description
        self.check = check
    }

    /// The ways in which a backend breaks the promise; empty if it conforms.
    package func findings(of backend: MetricsBackend) -> [String] {
        var findings = Findings()
        do {
            try check(backend, &findings)
            // Whatever happened, a scraper must be able to read the rest.
            // By bytes, because strings compare é as equal to e with an accent.
            let (first, second) = (try backend.read(), try backend.read())
            let series = first.samples.map { Array($0.series.utf8) }
            findings.expect(series == second.samples.map { Array($0.series.utf8) }, "the order of the series changes")
            findings.expect(Set(series).count == series.count, "a series appears twice")
        } catch {
            findings.expect(false, "the exposition is invalid: \(error)")
        }
        return findings.all
    }

    /// The results of one case.
    struct Findings {
        private(set) var all: [String] = []

        mutating func expect(_ isTrue: Bool, _ problem: @autoclosure () -> String) {
            if !isTrue { all.append(problem()) }
        }

        mutating func expect(_ values: [Double], _ expected: [Double], _ subject: String) {
            expect(values.sorted() == expected, "\(subject): \(values), not \(expected)")
        }
    }

    package static let all: [ConformanceCase] = dimensions + names + kinds + life + values + load
}
#endif
