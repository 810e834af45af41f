#if Listener
import NIOHTTP1

/// Rules of RFC 9112 that NIO's parser leaves to its users.
extension HTTPRequestHead {
    /// This head, whose field values do not end in white space. It is no part of them, and the parser only removes what
    /// precedes them.
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

    /// True if the transfer coding says where the body ends. The parser checks this, but neither for an empty list of
    /// codings nor with Upgrade.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9112#section-6.3
    var isFramed: Bool {
        guard headers.contains(name: "Transfer-Encoding") else { return true }
        // Empty elements of a list do not count.
        let last = headers[canonicalForm: "Transfer-Encoding"].last { !$0.isEmpty }
        return last?.lowercased() == "chunked"
    }
}
#endif
