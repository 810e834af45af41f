extension ExpositionFormat {
    /// The format that an Accept header selects, as ``ScrapeRequest`` documents it.
    static func negotiated(accept: String?) -> ExpositionFormat {
        // In order of preference, so that an equal quality keeps the earlier one.
        let header = AcceptHeader(accept ?? "")
        let formats = [prometheusText, json, openMetrics, prometheusText(escaping: .underscores), protobuf]
        guard let format = header.choice(among: formats, by: \.mediaType) else { return prometheusText }
        guard format.kind != .prometheusText, format.kind != .json,
            let escaping = header.escaping(for: format.mediaType).flatMap(NameEscaping.named)
        else { return format }
        return ExpositionFormat(kind: format.kind, escaping: escaping)
    }

    private var mediaType: MediaType {
        switch kind {
        case .prometheusText: MediaType("text", "plain", parameters: ["version": "0.0.4"])
        case .prometheusText1: MediaType("text", "plain", parameters: ["version": "1.0.0"])
        case .openMetrics: MediaType("application", "openmetrics-text", parameters: ["version": "1.0.0"])
        case .json: MediaType("application", "json")
        case .protobuf:
            MediaType(
                "application",
                "vnd.google.protobuf",
                parameters: ["proto": "io.prometheus.client.MetricFamily", "encoding": "delimited"]
            )
        }
    }
}
