/// Requests with methods, paths, headers and bodies that no client should send.
package enum HostileRequests {
    /// Sends each request on a connection of its own, and waits for an answer or for the end of the connection.
    ///
    /// - Parameters:
    ///   - count: The number of distinct paths and names.
    ///   - longest: The length of the longest header in bytes.
    package static func send(to port: Int, count: Int = 100, longest: Int = 100_000) async throws {
        var requests: [String] = []
        let methods = ["PROPFIND", "get", "GETGETGETGET", "M-SEARCH", "\u{1}", "G\u{e9}T", "TRACE", "_OTHER", "QUERY"]
        for method in methods { requests.append("\(method) /users/1 HTTP/1.1\r\nHost: a\r\n\r\n") }
        for number in 0..<count {
            requests.append("GET /junk/\(number)?q=\(number) HTTP/1.1\r\nHost: host-\(number)\r\n\r\n")
            requests.append("X\(number) /users/1 HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        for target in [
            "/" + String(repeating: "a", count: longest / 5), "/stream/-1", "/users/1/..", "//users/1", "/users/%00",
            "/users/%zz", "*",
            "http://evil/users/1", "users/1", "/\u{fffd}", "/users/{id}/{id}",
        ] {
            requests.append("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        for header in [
            "X: " + String(repeating: "a", count: longest), "http_route: evil", "X-Forwarded-Proto: gopher",
            "Content-Length: 99999999999999999999", "Content-Length: -1", "Transfer-Encoding: gzip", "A\u{0}B: c",
            "Accept: \u{fffd};q=9", "Accept-Encoding: ;;;q=", "Authorization: Bearer \u{fffd}",
        ] {
            requests.append("GET /junk HTTP/1.1\r\nHost: a\r\n\(header)\r\n\r\n")
        }
        requests.append("POST /junk HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        requests.append("POST /junk HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nshort")
        requests.append("GET /junk HTTP/9.9\r\n\r\n")
        requests.append("\u{16}\u{3}\u{1}")
        for request in requests {
            let connection = try RawConnection(port: port)
            // A server may close before it has read everything.
            try? connection.send(request)
            connection.finishSending()
            _ = try await connection.read(until: "HTTP/1.")
        }
    }
}
