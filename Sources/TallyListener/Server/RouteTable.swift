#if Listener
/// The responder of each path.
struct RouteTable: Sendable {
    enum Responder: Sendable {
        case exposition(ExpositionSource)
        case host(ListenerRoute)
    }

    private var responders: [String: Responder]

    init(exposition: ExpositionSource, routes: [ListenerRoute]) throws(ListenerError) {
        responders = ["/metrics": .exposition(exposition)]
        for route in routes {
            guard Self.isPath(route.path) else {
                let rule = "begin it with '/', and use visible ASCII without '?' or '#'"
                throw ListenerError(.invalidConfiguration, "the route '\(route.path)' is not a path; \(rule)")
            }
            guard responders.updateValue(.host(route), forKey: route.path) == nil else {
                throw ListenerError(
                    .invalidConfiguration,
                    route.path == "/metrics"
                        ? "a route has the path '/metrics', which the listener itself serves; rename it"
                        : "two routes have the path '\(route.path)'; rename one"
                )
            }
        }
    }

    subscript(path: String) -> Responder? { responders[path] }

    /// True for visible ASCII, for which `String` equality is byte equality.
    private static func isPath(_ path: String) -> Bool {
        path.utf8.first == UInt8(ascii: "/")
            && path.utf8.allSatisfy {
                (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#")
            }
    }
}

/// The authority, path and query of a request's target.
struct RequestTarget {
    /// The authority of an absolute-form target, which overrides the Host header.
    let authority: String?
    let path: String
    let query: String?

    /// Parses the origin form (`/metrics?x`) and the absolute form (`http://host/metrics?x`), which a server must
    /// accept: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
    init(_ target: String) {
        var rest = Substring(target)
        var authority: String?
        if target.lowercased().hasPrefix("http://") {
            let text = rest.dropFirst("http://".count)
            let end = text.firstIndex { $0 == "/" || $0 == "?" } ?? text.endIndex
            authority = String(text[..<end])
            rest = end == text.endIndex ? "/" : text[end...]
        }
        self.authority = authority
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = parts.first.map(String.init) ?? ""
        query = parts.count > 1 ? String(parts[1]) : nil
    }
}
#endif
