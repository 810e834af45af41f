internal import TallyHealthcheck

/// A rule that decides which requests a listener answers.
///
/// ```swift
/// let listener = MetricsListener(
///     registry: registry,
///     port: 9464,
///     authorization: .basic(["prometheus": password])
/// )
/// ```
///
/// The rule guards every path, known or not. The exceptions are your own routes that need no authorization, and the
/// probes `/live`, `/ready` and `/startup`, which reveal only a status. A refused request gets 401 with the challenge
/// of the rule. The listener counts it in `tally_listener_unauthorized_requests_total`, and logs nothing of it.
///
/// The listener compares credentials with every secret, over a fixed number of bytes. The time of a response reveals
/// neither a partial match nor the existence of a user.
public struct ListenerAuthorization: Sendable {
    enum Rule: Sendable {
        /// A rule that neither blocks nor waits.
        case immediate(@Sendable (ListenerRequest) -> Bool)
        case closure(@Sendable (ListenerRequest) async -> Bool)
        /// An invalid literal, with the error's text.
        case invalid(String)
    }

    let rule: Rule
    /// The value of WWW-Authenticate.
    let challenge: String?
    /// True if the rule also guards the probes.
    let coversProbes: Bool
    /// True if the rule refuses every request without a client certificate.
    var needsClientCertificate = false
    /// The thread that all closures of the rule share. A program that blocks the runtime's pool still answers scrapes.
    let executor = ThreadExecutor()

    private init(_ rule: Rule, challenge: String?, coversProbes: Bool) {
        self.rule = rule
        self.challenge = challenge
        self.coversProbes = coversProbes
    }

    /// Creates a rule from a closure.
    ///
    /// - Parameters:
    ///   - challenge: The value of WWW-Authenticate in a refusal, such as `Bearer realm="metrics"`. Without one, a
    ///     refused request gets 403.
    ///   - coversProbes: True to guard the probes as well.
    ///   - authorize: Returns true to answer the request. Its task is cancelled when the client disconnects or the
    ///     request times out. The closures of a rule share a thread, so one that blocks delays the others.
    public init(
        challenge: String? = nil,
        coversProbes: Bool = false,
        _ authorize: @escaping @Sendable (ListenerRequest) async -> Bool
    ) {
        self.init(.closure(authorize), challenge: challenge, coversProbes: coversProbes)
    }

    /// Basic authentication (RFC 7617). Without TLS, others on the network can read the passwords.
    ///
    /// - Parameters:
    ///   - users: The passwords by user name. Names must not contain a colon. Names and passwords must not contain
    ///     control characters. A name and its password may have 1,023 bytes together.
    ///   - coversProbes: True to guard the probes as well.
    public static func basic(_ users: [String: String], coversProbes: Bool = false) -> Self {
        let challenge = "Basic realm=\"metrics\", charset=\"UTF-8\""
        if let problem = Credentials.problem(inUsers: users) {
            return Self(.invalid(problem), challenge: challenge, coversProbes: coversProbes)
        }
        let credentials = Credentials(users.map { Array("\($0.key):\($0.value)".utf8) })
        return Self(
            .immediate { credentials.contain(Credentials.basic(in: $0.header("Authorization"))) },
            challenge: challenge,
            coversProbes: coversProbes
        )
    }

    /// Bearer tokens (RFC 6750). A request needs one of them. Without TLS, others on the network can read the tokens.
    ///
    /// - Parameters:
    ///   - tokens: The tokens, each of 1 to 1,024 ASCII letters, digits or `-._~+/`. `=` may follow at the end. While
    ///     you replace a token, pass the old and the new one.
    ///   - coversProbes: True to guard the probes as well.
    public static func bearer(_ tokens: [String], coversProbes: Bool = false) -> Self {
        let challenge = "Bearer realm=\"metrics\""
        if let problem = Credentials.problem(inTokens: tokens) {
            return Self(.invalid(problem), challenge: challenge, coversProbes: coversProbes)
        }
        let credentials = Credentials(tokens.map { Array($0.utf8) })
        return Self(
            .immediate { credentials.contain(Credentials.bearer(in: $0.header("Authorization"))) },
            challenge: challenge,
            coversProbes: coversProbes
        )
    }

    /// A verified client certificate. Use it with a ``ListenerTLS`` that asks for optional certificates, so that the
    /// probes need none. A refused request gets 403, because HTTP has no challenge for certificates.
    ///
    /// `run()` throws if the listener asks for no client certificates, or if it has the address of a Unix domain
    /// socket, where no client could present one.
    ///
    /// - Parameter coversProbes: True to guard the probes as well.
    public static func clientCertificate(coversProbes: Bool = false) -> Self {
        var rule = Self(.immediate { $0.clientCertificate != nil }, challenge: nil, coversProbes: coversProbes)
        rule.needsClientCertificate = true
        return rule
    }

    /// Returns true if the rule allows a request. Use this in closures that combine rules, and in tests.
    ///
    /// <!-- either -->
    /// ```swift
    /// let either = ListenerAuthorization(challenge: "Bearer realm=\"metrics\"") { request in
    ///     if request.clientCertificate != nil { return true }
    ///     return await ListenerAuthorization.bearer([currentToken()]).allows(request)
    /// }
    /// ```
    public func allows(_ request: ListenerRequest) async -> Bool {
        switch rule {
        case .immediate(let allows): allows(request)
        case .closure(let allows): await allows(request)
        case .invalid: false
        }
    }

    /// Returns true if the rule guards routes with this access.
    func guards(_ access: ListenerRoute.Access) -> Bool {
        switch access {
        case .guarded: true
        case .probe: coversProbes
        case .open: false
        }
    }

    func validate() throws(ListenerError) {
        if case .invalid(let problem) = rule { throw ListenerError(.invalidConfiguration, problem) }
        if let challenge {
            guard !challenge.isEmpty, challenge.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw ListenerError(
                    .invalidConfiguration,
                    "the challenge \(challenge.debugDescription) of the authorization must be visible ASCII"
                )
            }
        }
    }
}
