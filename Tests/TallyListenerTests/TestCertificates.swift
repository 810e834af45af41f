#if TLS
import Foundation
import NIOCore
import NIOSSL
import TallyTestSupport

@testable import TallyListener

/// Certificates that `openssl` makes in a folder of their own: an authority, a server, and clients.
struct TestCertificates {
    let folder: TemporaryFolder
    private let openssl: URL

    init() async throws {
        openssl = try Program.require("openssl")
        folder = try TemporaryFolder()
        try await makeAuthority("ca")
        try await make("server", signedBy: "ca")
    }

    func path(_ name: String) -> String { folder.url.appending(path: name).path }

    var server: ListenerTLS { ListenerTLS(certificate: path("server.crt"), key: path("server.key")) }

    func server(_ clients: ListenerTLS.ClientCertificates) -> ListenerTLS {
        ListenerTLS(certificate: path("server.crt"), key: path("server.key"), clientCertificates: clients)
    }

    private static let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    func makeAuthority(_ name: String) async throws {
        try await run(
            [
                "req", "-x509", "-subj", "/CN=\(name)", "-days", "2", "-keyout", path("\(name).key"), "-out",
                path("\(name).crt"),
            ]
                + Self.key
        )
    }

    /// Makes a certificate and its key, as `NAME.crt` and `NAME.key`.
    func make(_ name: String, signedBy authority: String, days: Int = 2) async throws {
        try await run(
            [
                "req", "-x509", "-CA", path("\(authority).crt"), "-CAkey", path("\(authority).key"), "-subj",
                "/CN=\(name)", "-days", "\(days)", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-addext",
                "basicConstraints=critical,CA:FALSE", "-keyout", path("\(name).key"), "-out", path("\(name).crt"),
            ] + Self.key
        )
    }

    /// Makes a certificate that has expired, and its key.
    func makeExpired(_ name: String, signedBy authority: String) async throws {
        try await run(
            ["req", "-new", "-subj", "/CN=\(name)", "-keyout", path("\(name).key"), "-out", path("\(name).csr")]
                + Self.key
        )
        let settings = """
            [ca]
            default_ca = authority
            [authority]
            new_certs_dir = \(folder.url.path)
            database = \(path("index.txt"))
            rand_serial = yes
            default_md = sha256
            policy = policy
            [policy]
            commonName = supplied

            """
        try Data(settings.utf8).write(to: URL(filePath: path("ca.cnf")))
        try Data().write(to: URL(filePath: path("index.txt")))
        try await run([
            "ca", "-batch", "-notext", "-config", path("ca.cnf"), "-cert", path("\(authority).crt"), "-keyfile",
            path("\(authority).key"), "-in", path("\(name).csr"), "-out", path("\(name).crt"), "-startdate",
            "20200101000000Z", "-enddate", "20200102000000Z",
        ])
    }

    @discardableResult
    func run(_ arguments: [String]) async throws -> Program.Outcome {
        let outcome = try await onThread { [openssl] in try Program.run(openssl, arguments) }
        guard outcome.status == 0 else { throw Program.Failed(description: "\(arguments): \(outcome.errorText)") }
        return outcome
    }

    func der(_ name: String) throws -> [UInt8] {
        try NIOSSLCertificate.fromPEMFile(path("\(name).crt"))[0].toDERBytes()
    }

    /// Puts copies of a certificate and its key where the listener reads them.
    func install(_ name: String, as target: String = "server") throws {
        for suffix in ["crt", "key"] {
            try Data(contentsOf: URL(filePath: path("\(name).\(suffix)")))
                .write(to: URL(filePath: path("\(target).\(suffix)")), options: .atomic)
        }
    }

    /// Connects with TLS, and with a client certificate if there is one.
    func connect(
        _ address: ListenerAddress,
        as client: String? = nil,
        sending first: String = "",
        reads: Bool = true,
        outlasts: Bool = false,
        maximum: TLSVersion? = nil
    ) async throws -> RawClient {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .noHostnameVerification
        let roots = try ["ca", "ca2"].map(path).flatMap { path in
            FileManager.default.fileExists(atPath: "\(path).crt")
                ? try NIOSSLCertificate.fromPEMFile("\(path).crt") : []
        }
        configuration.trustRoots = .certificates(roots)
        configuration.maximumTLSVersion = maximum
        if let client {
            let chain = try NIOSSLCertificate.fromPEMFile(path("\(client).crt"))
            configuration.certificateChain = chain.map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: path("\(client).key"), format: .pem))
        }
        let context = try NIOSSLContext(configuration: configuration)
        return try await RawClient(address, sending: first, reads: reads, outlasts: outlasts) { channel in
            let handler = try NIOSSLClientHandler(context: context, serverHostname: nil)
            try channel.pipeline.syncOperations.addHandler(handler)
        }
    }
}

extension RawClient {
    /// The certificate of the server in DER.
    func serverCertificate() async throws -> [UInt8]? {
        try await channel.nioSSL_peerCertificate().get()?.toDERBytes()
    }
}
#endif
