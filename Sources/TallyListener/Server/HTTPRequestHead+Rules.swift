#if Listener
import NIOHTTP1

/// Rules of RFC 9112 that NIO's parser leaves to its users.
extension HTTPRequestHead {
    /// This head with trailing white space removed from its field values. That white space is not part of the value,
    /// and the parser removes only what precedes it.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9112#section-5
    var trimmed: HTTPRequestHead {
        func isSpace(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard headers.contains(where: { isSpace($0.value.utf8.last) }) else { return self }
        var trimmed = self
        trimmed.headers = HTTPHeaders(
            headers.map { name, value in
                var value = Substring(value)
                while isSpace(value.utf8.last) { value.removeLast() }
                return (name, String(value))
            }
        )
        return trimmed
    }

    /// True if the transfer coding delimits the body. The parser checks this, except for an empty list of codings and
    /// for requests with Upgrade.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9112#section-6.3
    var isFramed: Bool {
        guard headers.contains(name: "Transfer-Encoding") else { return true }
        // Empty list elements are ignored.
        let last = headers[canonicalForm: "Transfer-Encoding"].last { !$0.isEmpty }
        return last?.lowercased() == "chunked"
    }
}
#endif
