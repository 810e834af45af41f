/// Secrets to compare with the credentials of requests, in a time that depends on neither.
struct Credentials: Sendable {
    private struct Secret: Sendable {
        let padded: [UInt8]
        let count: Int
    }

    /// The maximum size of a secret in bytes. Every comparison covers this many, whatever the lengths are.
    static let capacity = 1024

    private let secrets: [Secret]

    /// - Parameter secrets: At most ``capacity`` bytes each.
    init(_ secrets: [[UInt8]]) {
        self.secrets = secrets.map { Secret(padded: Self.padded($0), count: $0.count) }
    }

    /// Returns true if one of the secrets equals the credentials.
    @inline(never)
    func contain(_ presented: [UInt8]) -> Bool {
        let padded = Self.padded(presented)
        var found: UInt64 = 0
        for secret in secrets {
            var difference: UInt8 = 0
            for index in 0..<Self.capacity { difference |= padded[index] ^ secret.padded[index] }
            let all = UInt64(difference) | UInt64(truncatingIfNeeded: secret.count ^ presented.count)
            // The highest bit of `(all - 1) & ~all` is set only if `all` is zero.
            found |= ((all &- 1) & ~all) >> 63
        }
        return found == 1
    }

    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        var padded = [UInt8](repeating: 0, count: capacity)
        for (index, byte) in bytes.prefix(capacity).enumerated() { padded[index] = byte }
        return padded
    }

    // MARK: Headers

    /// The `user:password` of an Authorization header, or nothing if it is malformed.
    ///
    /// https://www.rfc-editor.org/rfc/rfc7617#section-2
    static func basic(in header: String?) -> [UInt8] {
        Base64.decode(Array(token(of: "basic", in: header))) ?? []
    }

    /// The token of an Authorization header, or nothing if it is malformed.
    ///
    /// https://www.rfc-editor.org/rfc/rfc6750#section-2.1
    static func bearer(in header: String?) -> [UInt8] {
        Array(token(of: "bearer", in: header))
    }

    /// The text after the scheme and its spaces.
    private static func token(of scheme: String, in header: String?) -> Substring.UTF8View {
        guard let header else { return ""[...].utf8 }
        let text = header.utf8[...]
        let name = text.prefix { $0 != UInt8(ascii: " ") }
        guard name.count == scheme.utf8.count, zip(name, scheme.utf8).allSatisfy({ $0 | 0x20 == $1 }) else {
            return ""[...].utf8
        }
        return text.dropFirst(name.count).drop { $0 == UInt8(ascii: " ") }
    }

    // MARK: Validation

    // The texts name no secret, because errors are logged.

    static func problem(inUsers users: [String: String]) -> String? {
        guard !users.isEmpty else { return "the basic authorization has no users; add one" }
        let areValid = users.allSatisfy { name, password in
            let all = Array(name.utf8) + Array(password.utf8)
            return !name.isEmpty && !password.isEmpty && !name.utf8.contains(UInt8(ascii: ":"))
                && all.allSatisfy { $0 >= 0x20 && $0 != 0x7F } && all.count < capacity
        }
        return areValid
            ? nil
            : """
            a user of the basic authorization has an empty name or password, a colon in the name, a control character, \
            or more than \(capacity - 1) bytes
            """
    }

    static func problem(inTokens tokens: [String]) -> String? {
        guard !tokens.isEmpty else { return "the bearer authorization has no tokens; add one" }
        let areValid = tokens.allSatisfy { token in
            let body = token.utf8.reversed().drop { $0 == UInt8(ascii: "=") }
            return !body.isEmpty && token.utf8.count <= capacity && body.allSatisfy(isTokenByte)
        }
        return areValid
            ? nil
            : """
            a token of the bearer authorization is empty, has more than \(capacity) bytes, or has other bytes than \
            ASCII letters, digits, -._~+/ and final =
            """
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~+/".utf8.contains(byte)
        }
    }
}
