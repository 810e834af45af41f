extension ExpositionFormat {
    /// The format that an Accept header asks for.
    ///
    /// Quality values order the choices, `q=0` excludes one, the most specific range that matches a format decides for
    /// it, and a version that does not exist matches nothing. Prometheus text also answers an absent, malformed or
    /// unsatisfiable header: a scraper can use it, and an error it can not. The parameter `escaping` says how UTF-8 names
    /// are written in the formats that have it; `underscores` where it is absent or unknown.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9110#name-accept
    ///
    /// - Parameter accept: The header's value; several headers joined by commas.
    public static func negotiated(accept: String?) -> ExpositionFormat {
        // In order of preference, so that an equal quality keeps the earlier one.
        let header = AcceptHeader(accept ?? "")
        let formats = [prometheusText, json, openMetrics, prometheusText(escaping: .underscores)]
        guard let format = header.choice(among: formats, by: \.mediaType) else { return prometheusText }
        guard format.kind == .openMetrics || format.kind == .prometheusText1,
            let escaping = header.escaping(for: format.mediaType).flatMap(NameEscaping.named)
        else { return format }
        return ExpositionFormat(kind: format.kind, escaping: escaping)
    }

    private var mediaType: MediaType {
        switch kind {
        case .prometheusText: MediaType("text", "plain", version: "0.0.4")
        case .prometheusText1: MediaType("text", "plain", version: "1.0.0")
        case .openMetrics: MediaType("application", "openmetrics-text", version: "1.0.0")
        case .json: MediaType("application", "json")
        }
    }
}
