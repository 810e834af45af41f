/// The certificate of a listener, and the client certificates that the listener asks for.
///
/// ```swift
/// let tls = ListenerTLS(certificate: "/etc/chat/tls.crt", key: "/etc/chat/tls.key")
/// let listener = MetricsListener(registry: registry, port: 9464, tls: tls)
/// ```
///
/// The listener accepts TLS 1.2 and 1.3. Once a second, it looks for changed files, and uses their contents for new
/// connections. Open connections stay open. If a changed file is unusable, the listener keeps its certificate, counts
/// the rejection and reports ``ListenerReport/Kind/certificateRejected``.
public struct ListenerTLS: Sendable, Hashable {
    /// The client certificates that a listener asks for.
    public struct ClientCertificates: Sendable, Hashable {
        let authorities: String
        let areRequired: Bool

        /// Accepts only connections with a certificate of one of the authorities.
        ///
        /// - Parameter authorities: The path of a PEM file with the certificates of the authorities.
        public static func required(authorities: String) -> Self {
            Self(authorities: authorities, areRequired: true)
        }

        /// Also accepts connections without a certificate. If a client sends a certificate, it must be valid.
        ///
        /// Requests show the certificate as ``ListenerRequest/clientCertificate``, and
        /// ``ListenerAuthorization/clientCertificate(coversProbes:)`` requires it.
        ///
        /// - Parameter authorities: The path of a PEM file with the certificates of the authorities.
        public static func optional(authorities: String) -> Self {
            Self(authorities: authorities, areRequired: false)
        }
    }

    let certificate: String
    let key: String
    let clientCertificates: ClientCertificates?

    #if TLS
    /// Creates a description of the files. The listener reads them when it runs.
    ///
    /// - Parameters:
    ///   - certificate: The path of a PEM file with the certificate, followed by any intermediate certificates.
    ///   - key: The path of a PEM file with the private key, without a passphrase. Prefer an ECDSA key: a handshake
    ///     with it costs a fraction of the CPU time of one with RSA.
    ///   - clientCertificates: The client certificates to ask for; none by default.
    public init(certificate: String, key: String, clientCertificates: ClientCertificates? = nil) {
        self.certificate = certificate
        self.key = key
        self.clientCertificates = clientCertificates
    }
    #else
    /// Available only with the package trait `TLS`.
    @available(
        *,
        unavailable,
        message: """
            ListenerTLS needs the package trait 'TLS': .package(url: "…", from: "…", traits: ["TLS"])
            """
    )
    public init(certificate: String, key: String, clientCertificates: ClientCertificates? = nil) {
        self.certificate = certificate
        self.key = key
        self.clientCertificates = clientCertificates
    }
    #endif
}
