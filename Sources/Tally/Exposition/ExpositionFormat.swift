/// A format a registry can be encoded in.
public struct ExpositionFormat: Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case prometheusText
        case json
    }

    let kind: Kind

    /// Prometheus text 0.0.4, which every Prometheus reads.
    ///
    /// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
    public static let prometheusText = ExpositionFormat(kind: .prometheusText)

    /// JSON in the shape that `prom2json` makes of the text: an array of families, values as strings.
    ///
    /// https://github.com/prometheus/prom2json
    public static let json = ExpositionFormat(kind: .json)

    /// The value of the Content-Type header, without which Prometheus 3 rejects a body.
    public var contentType: String {
        switch kind {
        case .prometheusText: "text/plain; version=0.0.4; charset=utf-8"
        case .json: "application/json"
        }
    }

    /// The content type.
    public var description: String { contentType }
}
