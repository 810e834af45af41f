/// The page: one self-contained document, and the policy that permits only its own style and script.
enum Site {
    /// The page's bytes.
    static let html: [UInt8] = Array(
        """
        \(Markup.head)<style>\(Style.text)</style>
        \(Markup.body)<script type="module">\(Script.text)</script>
        </body>
        </html>

        """.utf8
    )

    /// The Content-Security-Policy. It permits the style and the script by their hashes, and requests to the page's own
    /// server. Trusted types prevent the script from parsing markup.
    static let policy = [
        "default-src 'none'",
        "style-src \(SHA256.source(of: Array(Style.text.utf8)))",
        "script-src \(SHA256.source(of: Array(Script.text.utf8)))",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ].joined(separator: "; ")
}
