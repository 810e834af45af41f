#if Listener
import NIOHTTP1

/// The host that a request is addressed to, by its Host header and the authority of its target.
enum HostHeader {
    /// Whether a request has the Host header that it must.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9112#section-3.2
    static func isValid(_ head: HTTPRequestHead) -> Bool {
        let hosts = head.headers["Host"]
        guard let host = hosts.first else { return head.version == .http1_0 }
        // An empty one is that of a target without an authority.
        return hosts.count == 1 && (host.isEmpty || name(of: host) != nil)
    }

    /// The host of an authority, in lowercase and without its port; nil for malformed text.
    ///
    /// https://www.rfc-editor.org/rfc/rfc3986#section-3.2
    static func name(of authority: some StringProtocol) -> String? {
        let text = authority.lowercased()
        let isAllowed = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "-._~!$&'()*+,;=%:[]".utf8.contains(byte)
            }
        }
        guard isAllowed, !text.isEmpty else { return nil }
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || (rest.hasPrefix(":") && isPort(rest.dropFirst())) else { return nil }
            return String(text[text.index(after: text.startIndex)..<end])
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, !parts[0].isEmpty, !text.contains("["), !text.contains("]") else { return nil }
        guard parts.count == 1 || isPort(parts[1]) else { return nil }
        // A name may end in the root's dot.
        return String(parts[0].hasSuffix(".") ? parts[0].dropLast() : parts[0])
    }

    private static func isPort(_ text: some StringProtocol) -> Bool {
        text.utf8.count <= 5 && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

/// The hosts that a listener answers for.
///
/// A page from elsewhere can have its own name resolve to a loopback address and read what the browser's machine serves
/// there. Its requests name that host, which no tool on the machine would.
struct AllowedHosts: Sendable {
    /// Nil for all.
    private let names: Set<String>?
    private let isLoopback: Bool

    /// - Parameters:
    ///   - allowed: Further hosts. Of an address that other machines reach, all are allowed if there are none.
    ///   - bound: What the listener was told to bind, which is one of its names.
    init(_ allowed: [String], bound: String, isLoopback: Bool) {
        let allowed = Set(allowed.map { HostHeader.name(of: $0) ?? $0.lowercased() })
        self.isLoopback = isLoopback
        guard isLoopback || !allowed.isEmpty else {
            names = nil
            return
        }
        names = allowed.union([bound.lowercased()])
    }

    func contains(_ host: String) -> Bool {
        guard let names else { return true }
        if names.contains(host) { return true }
        guard isLoopback else { return false }
        return host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || Self.isLoopbackAddress(host)
    }

    /// 127.0.0.0/8. https://www.rfc-editor.org/rfc/rfc6890#section-2.2.2
    private static func isLoopbackAddress(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil && !$0.hasPrefix("+") }
    }
}
#endif
