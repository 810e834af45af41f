#if Listener
/// The responder of each path, and the access to it.
struct RouteTable: Sendable {
    enum Responder: Sendable {
        case exposition(ExpositionSource)
        case host(ListenerRoute)

        var access: ListenerRoute.Access {
            switch self {
            case .exposition: .guarded
            case .host(let route): route.access
            }
        }
    }

    private var responders: [String: Responder]

    init(exposition: ExpositionSource, at metricsPath: String, routes: [ListenerRoute]) throws(ListenerError) {
        try Self.check(metricsPath, "metricsPath")
        responders = [metricsPath: .exposition(exposition)]
        for route in routes {
            try Self.check(route.path, "the route")
            guard responders.updateValue(.host(route), forKey: route.path) == nil else {
                throw ListenerError(
                    .invalidConfiguration,
                    route.path == metricsPath
                        ? "a route has the path '\(metricsPath)', which the listener itself serves; rename it"
                        : "two routes have the path '\(route.path)'; rename one"
                )
            }
        }
        guard responders["/"] == nil else { return }
        responders["/"] = .host(LandingPage.route(linking: [metricsPath] + routes.map(\.path)))
    }

    private static func check(_ path: String, _ subject: String) throws(ListenerError) {
        guard isPath(path) else {
            let rule = "begin it with '/', and use visible ASCII without '?' or '#'"
            throw ListenerError(.invalidConfiguration, "\(subject) '\(path)' is not a path; \(rule)")
        }
    }

    subscript(path: String) -> Responder? {
        // Only for ASCII is the equality of strings that of their bytes.
        path.utf8.allSatisfy { $0 < 0x80 } ? responders[path] : nil
    }

    /// True for visible ASCII.
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

    /// Parses the origin form (`/metrics?x`) and the absolute form (`http://host/metrics?x`, `https://…`), which a
    /// server must accept: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
    init(_ target: String) {
        var rest = Substring(target)
        var authority: String?
        let scheme = target.prefix("https://".count).lowercased()
        if let length = ["http://", "https://"].first(where: scheme.hasPrefix)?.count {
            let text = rest.dropFirst(length)
            let end = text.utf8.firstIndex { "/?".utf8.contains($0) } ?? text.endIndex
            authority = String(text[..<end])
            rest = end == text.endIndex ? "/" : text[end...]
        }
        self.authority = authority
        let parts = rest.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        path = parts.first.map { String(Substring($0)) } ?? ""
        query = parts.count > 1 ? String(Substring(parts[1])) : nil
    }
}
#endif
