/// A format a registry can be encoded in.
public struct ExpositionFormat: Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case prometheusText
        case openMetrics
        case json
    }

    let kind: Kind

    /// Prometheus text 0.0.4, which every Prometheus reads.
    ///
    /// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
    public static let prometheusText = ExpositionFormat(kind: .prometheusText)

    /// OpenMetrics 1.0.0, which carries exemplars, units and the types of infos and state sets.
    ///
    /// https://prometheus.io/docs/specs/om/open_metrics_spec/
    public static let openMetrics = ExpositionFormat(kind: .openMetrics)

    /// JSON in the shape that `prom2json` makes of the text: an array of families, values as strings.
    ///
    /// https://github.com/prometheus/prom2json
    public static let json = ExpositionFormat(kind: .json)

    /// The value of the Content-Type header, without which Prometheus 3 rejects a body.
    public var contentType: String {
        switch kind {
        case .prometheusText: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
        case .json: "application/json"
        }
    }

    /// The content type.
    public var description: String { contentType }
}
