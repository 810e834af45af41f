internal import Tally

/// A format that a health document can be written in.
public struct HealthFormat: Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case json
        case healthJSON
    }

    let kind: Kind

    /// Tally's own: the providers' keys flat at the top level, `ok`, `warn` or `fail`.
    public static let json = HealthFormat(kind: .json)

    /// The IETF's draft: `pass`, `warn` or `fail`, and `checks` by `component:measurement`.
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

    /// The format that an Accept header asks for: ``json`` also for an absent, malformed or unsatisfiable one.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9110#name-accept
    ///
    /// - Parameter accept: The header's value; several headers joined by commas.
    public static func negotiated(accept: String?) -> HealthFormat {
        AcceptHeader(accept ?? "").choice(among: [.json, .healthJSON], by: \.mediaType) ?? .json
    }

    private var mediaType: MediaType {
        switch kind {
        case .json: MediaType("application", "json")
        case .healthJSON: MediaType("application", "health+json")
        }
    }
}
