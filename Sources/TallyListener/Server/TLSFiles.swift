#if TLS
import NIOCore
import NIOSSL
import Tally

/// The files of a listener's certificate, key and authorities.
struct TLSFiles: Sendable {
    struct Contents: Sendable {
        let context: NIOSSLContext
        /// Seconds since 1970.
        let expiry: Double
        let look: FileChanges.Look
    }

    private let tls: ListenerTLS

    init(_ tls: ListenerTLS) {
        self.tls = tls
    }

    /// True if connections may show client certificates.
    var asksForCertificates: Bool { tls.clientCertificates != nil }

    /// The hashes of the files' contents. Detects a changed key without keeping a copy of it.
    func look() -> FileChanges.Look {
        [tls.certificate, tls.key, tls.clientCertificates?.authorities].map { path in
            path.flatMap { try? KernelFile.read($0) }?.hashValue
        }
    }

    /// Loads the files, and blocks the thread meanwhile. Error texts name a file but never its contents.
    func load() throws(ListenerError) -> Contents {
        // Before the files are read, so that a change meanwhile is loaded later.
        let look = look()
        let chain = try Self.certificates(in: tls.certificate)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(try key())
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        // Limits how long a client that does not confirm the close occupies its place.
        configuration.shutdownTimeout = .seconds(1)
        if let clients = tls.clientCertificates {
            configuration.trustRoots = .certificates(try Self.certificates(in: clients.authorities))
            configuration.certificateVerification =
                clients.areRequired ? .noHostnameVerification : .optionalVerification
            configuration.sendCANameList = true
        }
        do {
            let expiry = chain.first.map { Double($0.notValidAfter) } ?? 0
            return Contents(context: try NIOSSLContext(configuration: configuration), expiry: expiry, look: look)
        } catch {
            throw Self.failure("the key in '\(tls.key)' does not belong to the certificate in '\(tls.certificate)'")
        }
    }

    private func key() throws(ListenerError) -> NIOSSLPrivateKey {
        let bytes = try Self.read(tls.key)
        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
        } catch {
            throw Self.failure("'\(tls.key)' holds no private key in PEM without a passphrase")
        }
    }

    private static func certificates(in path: String) throws(ListenerError) -> [NIOSSLCertificate] {
        let bytes = try read(path)
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw failure("'\(path)' holds no certificate in PEM")
        }
        return certificates
    }

    private static func read(_ path: String) throws(ListenerError) -> [UInt8] {
        do {
            return try KernelFile.read(path)
        } catch {
            throw failure("cannot read '\(path)': \(System.message(of: error.number))")
        }
    }

    private static func failure(_ text: String) -> ListenerError { ListenerError(.unusableCertificate, text) }
}
#endif
