#if Listener
import NIOHTTP1

/// Parses the host that a request is addressed to, from its Host header or the authority of its target.
enum HostHeader {
    /// True if a request has the Host header that its version requires.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9112#section-3.2
    static func isValid(_ head: HTTPRequestHead) -> Bool {
        let hosts = head.headers["Host"]
        guard let host = hosts.first else { return head.version == .http1_0 }
        // The value is empty if the target has no authority.
        return hosts.count == 1 && (host.isEmpty || name(of: host) != nil)
    }

    /// The host of an authority, in lowercase and without its port; nil if the text is malformed.
    ///
    /// https://www.rfc-editor.org/rfc/rfc3986#section-3.2
    static func name(of authority: some StringProtocol) -> String? {
        let isAllowed = authority.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-._~!$&'()*+,;=%:[]".utf8.contains(byte)
            }
        }
        let text = authority.lowercased()
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
        // A fully qualified name may end in a dot.
        return String(parts[0].hasSuffix(".") ? parts[0].dropLast() : parts[0])
    }

    private static func isPort(_ text: some StringProtocol) -> Bool {
        text.utf8.count <= 5 && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

/// The hosts that a listener serves.
///
/// A web page can make its own name resolve to a loopback address, to read data that the browser's machine serves there
/// (DNS rebinding). Its requests then name a foreign host, which no local tool does.
struct AllowedHosts: Sendable {
    /// The allowed names; nil allows all.
    private let names: Set<String>?
    private let isLoopback: Bool

    /// - Parameters:
    ///   - allowed: Further hosts. If empty on a non-loopback address, all hosts are allowed.
    ///   - bound: The configured host, which is always allowed.
    init(_ allowed: [String], bound: String, isLoopback: Bool) {
        let allowed = Set(allowed.map { HostHeader.name(of: $0) ?? $0.lowercased() })
        self.isLoopback = isLoopback
        guard isLoopback || !allowed.isEmpty else {
            names = nil
            return
        }
        names = bound.isEmpty ? allowed : allowed.union([bound.lowercased()])
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
