#if Listener
/// The page at `/`: links to the other paths of a listener. It has no script, style or image.
enum LandingPage {
    static func route(linking paths: [String]) -> ListenerRoute {
        let response = ListenerResponse(
            headers: [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Security-Policy", policy),
                ("Referrer-Policy", "no-referrer"),
                ("Cache-Control", "no-store"),
            ],
            body: Array(html(linking: paths).utf8)
        )
        return ListenerRoute("/", .guarded, executor: nil) { _ in response }
    }

    /// https://www.w3.org/TR/CSP3/
    private static let policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    static func html(linking paths: [String]) -> String {
        // Relative, so that a path with two leading slashes names no other host, and a proxy may add a prefix.
        let links = paths.map(escaped).map { "<li><a href=\".\($0)\">\($0)</a></li>\n" }.joined()
        return """
            <!DOCTYPE html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Metrics</title>
            <h1>Metrics</h1>
            <ul>
            \(links)</ul>
            </html>

            """
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
    }
}
#endif
