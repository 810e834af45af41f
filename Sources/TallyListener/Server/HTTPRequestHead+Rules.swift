#if Listener
import NIOHTTP1
import Tally

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
                var value = value.utf8[...]
                while isSpace(value.last) { value.removeLast() }
                return (name, String(Substring(value)))
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
        // `lowercased()` turns the Kelvin sign into a k of ASCII.
        return last.map { $0.utf8.allSatisfy { $0 < 0x80 } && $0.lowercased() == "chunked" } ?? false
    }

    /// True if the connection may serve another request. HTTP/1.0 clients get one response per connection. NIO's
    /// decoder stops reading after a request with Upgrade that is not answered by an upgrade, so such connections
    /// cannot be kept either.
    var keepsConnection: Bool {
        isKeepAlive && version != .http1_0 && method != .CONNECT && !headers.contains(name: "Upgrade")
    }

    /// The scrape that this head asks for. A tenth of the limit is left for writing the response.
    func scrapeRequest(query: String?, limit: Duration) -> ScrapeRequest {
        var request = ScrapeRequest(query: query) { name in
            let values = headers[name]
            return values.isEmpty ? nil : values.joined(separator: ", ")
        }
        let limit = limit * 0.9
        request.timeout = min(request.timeout ?? limit, limit)
        return request
    }

    /// This head as a route's handler or an authorization sees it.
    func listenerRequest(for target: RequestTarget, _ clientCertificate: [UInt8]?) -> ListenerRequest {
        ListenerRequest(
            path: target.path,
            query: target.query,
            headers: headers.map { (name: $0.name, value: $0.value) },
            clientCertificate: clientCertificate
        )
    }
}
#endif
