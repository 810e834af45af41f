/// A format in which a registry can be encoded.
public struct ExpositionFormat: Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case prometheusText
        case prometheusText1
        case openMetrics
        case json
        case protobuf
    }

    let kind: Kind
    /// The escaping of UTF-8 names, which only some scrapers can read. See ``NameValidation/utf8``.
    public let escaping: NameEscaping

    /// Prometheus text 0.0.4, which every Prometheus reads. UTF-8 names are escaped with ``NameEscaping/underscores``.
    ///
    /// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
    public static let prometheusText = ExpositionFormat(kind: .prometheusText, escaping: .underscores)

    /// Prometheus text 1.0.0, which differs from 0.0.4 only in names, with the escaping that the scraper requests.
    ///
    /// https://prometheus.io/docs/instrumenting/content_negotiation/
    public static func prometheusText(escaping: NameEscaping) -> ExpositionFormat {
        ExpositionFormat(kind: .prometheusText1, escaping: escaping)
    }

    /// OpenMetrics 1.0.0, which carries exemplars, units and the types of infos and state sets. UTF-8 names are escaped
    /// with ``NameEscaping/underscores``.
    ///
    /// https://prometheus.io/docs/specs/om/open_metrics_spec/
    public static let openMetrics = openMetrics(escaping: .underscores)

    /// OpenMetrics 1.0.0 with the escaping of names that the scraper requests.
    public static func openMetrics(escaping: NameEscaping) -> ExpositionFormat {
        ExpositionFormat(kind: .openMetrics, escaping: escaping)
    }

    /// JSON in the shape of `prom2json`: an array of families, with values as strings and without escaping of names.
    ///
    /// https://github.com/prometheus/prom2json
    public static let json = ExpositionFormat(kind: .json, escaping: .allowUTF8)

    /// Protobuf, the only format that carries native histograms (``NativeBuckets``). It also carries exemplars, and the
    /// start times of counters and histograms. UTF-8 names are escaped with ``NameEscaping/underscores``.
    ///
    /// A sequence of `io.prometheus.client.MetricFamily` messages, each after its length. Infos and state sets are
    /// gauges.
    ///
    /// https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
    public static let protobuf = protobuf(escaping: .underscores)

    /// Protobuf with the escaping of names that the scraper requests.
    public static func protobuf(escaping: NameEscaping) -> ExpositionFormat {
        ExpositionFormat(kind: .protobuf, escaping: escaping)
    }

    /// The value of the Content-Type header, without which Prometheus 3 rejects a body.
    public var contentType: String {
        switch kind {
        case .prometheusText: "text/plain; version=0.0.4; charset=utf-8"
        case .prometheusText1: "text/plain; version=1.0.0; charset=utf-8; escaping=\(escaping)"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=\(escaping)"
        case .json: "application/json"
        case .protobuf:
            """
            application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; \
            escaping=\(escaping)
            """
        }
    }

    /// The content type.
    public var description: String { contentType }
}
