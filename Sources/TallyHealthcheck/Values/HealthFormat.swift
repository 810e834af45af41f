internal import Tally

/// A format of health documents.
public struct HealthFormat: Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case json
        case healthJSON
    }

    let kind: Kind

    /// Tally's own format: the providers' keys flat at the top level, with the status `ok`, `warn` or `fail`.
    public static let json = HealthFormat(kind: .json)

    /// The IETF draft's format: the status `pass`, `warn` or `fail`, and `checks` by `component:measurement`.
    ///
    /// https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06
    public static let healthJSON = HealthFormat(kind: .healthJSON)

    /// The value of the Content-Type header.
    public var contentType: String {
        switch kind {
        case .json: "application/json"
        case .healthJSON: "application/health+json"
        }
    }

    /// The content type.
    public var description: String { contentType }

    /// Returns the format that an Accept header selects: ``json`` for an absent, malformed or unsatisfiable one.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9110#name-accept
    ///
    /// - Parameter accept: The header's value, with several headers joined by commas.
    package static func negotiated(accept: String?) -> HealthFormat {
        AcceptHeader(accept ?? "").choice(among: [.json, .healthJSON], by: \.mediaType) ?? .json
    }

    private var mediaType: MediaType {
        switch kind {
        case .json: MediaType("application", "json")
        case .healthJSON: MediaType("application", "health+json")
        }
    }
}
