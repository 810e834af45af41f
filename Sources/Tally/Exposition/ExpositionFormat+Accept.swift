extension ExpositionFormat {
    /// The format that an Accept header asks for.
    ///
    /// Quality values order the choices, `q=0` excludes one, the most specific range that matches a format decides for
    /// it, and a version that does not exist matches nothing. Prometheus text also answers an absent, malformed or
    /// unsatisfiable header: a scraper can use it, and an error it can not.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9110#name-accept
    ///
    /// - Parameter accept: The header's value; several headers joined by commas.
    public static func negotiated(accept: String?) -> ExpositionFormat {
        // In order of preference, so that an equal quality keeps the earlier one.
        AcceptHeader(accept ?? "").choice(among: [.prometheusText, .json, .openMetrics], by: \.mediaType)
            ?? .prometheusText
    }

    private var mediaType: MediaType {
        switch kind {
        case .prometheusText: MediaType("text", "plain", version: "0.0.4")
        case .openMetrics: MediaType("application", "openmetrics-text", version: "1.0.0")
        case .json: MediaType("application", "json")
        }
    }
}
