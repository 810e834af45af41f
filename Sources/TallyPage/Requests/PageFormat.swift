internal import Tally

/// The formats of an answer.
enum PageFormat: CaseIterable {
    /// The first case, because a client that accepts anything, such as `curl`, is not a browser.
    case text
    case html
    case json

    static func negotiated(accept: String?) -> Self {
        AcceptHeader(accept ?? "").choice(among: allCases, by: \.mediaType) ?? .text
    }

    private var mediaType: MediaType {
        switch self {
        case .text: MediaType("text", "plain")
        case .html: MediaType("text", "html")
        case .json: MediaType("application", "json")
        }
    }
}
