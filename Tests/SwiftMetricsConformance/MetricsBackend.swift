#if SwiftMetrics
package import CoreMetrics
package import TallyTesting

/// A backend of swift-metrics, and a way to read what it exposes.
package struct MetricsBackend: Sendable {
    package let factory: any MetricsFactory
    private let text: @Sendable () -> String

    /// - Parameter text: Returns the backend's exposition as Prometheus text 0.0.4.
    package init(_ factory: any MetricsFactory, text: @escaping @Sendable () -> String) {
        self.factory = factory
        self.text = text
    }

    /// Reads the exposition with a parser that accepts only what the format allows.
    package func read() throws -> ParsedExposition { try ExpositionParser(.prometheusText).parse(text()) }

    // MARK: Values, whatever suffix the backend adds to a name

    /// The values of all samples whose name begins with a label, apart from the samples of histograms.
    func values(_ stem: String, _ labels: [String: String] = [:]) throws -> [Double] {
        try samples(stem, labels).filter { sample in
            !["_bucket", "_sum", "_count", "_created"].contains { sample.name.hasSuffix($0) }
        }.map(\.value)
    }

    /// The values of the samples of histograms whose name ends in a suffix.
    func values(_ stem: String, suffix: String, _ labels: [String: String] = [:]) throws -> [Double] {
        try samples(stem, labels).filter { $0.name.hasSuffix(suffix) }.map(\.value)
    }

    func samples(_ stem: String, _ labels: [String: String] = [:]) throws -> [ParsedSample] {
        try read().samples.filter { sample in
            sample.name.hasPrefix(stem) && labels.allSatisfy { sample[label: $0.key] == $0.value }
        }
    }
}
#endif
