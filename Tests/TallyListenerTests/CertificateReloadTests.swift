#if TLS
import Foundation
import Tally
import TallyTestSupport
import Testing

@testable import TallyListener

@Suite(.timeLimit(.minutes(10)))
struct CertificateReloadTests {
    private static let isMissing = Program.find("openssl") == nil && !Program.isRequired

    @Test(.disabled(if: isMissing, "openssl is not installed"))
    func aChangedCertificateServesNewConnectionsAndOldOnesStay() async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("next", signedBy: "ca")
        let (first, next) = (try certificates.der("server"), try certificates.der("next"))
        let registry = registry()
        var listener = MetricsListener(registry: registry, port: 0, tls: certificates.server)
        listener.configuration.certificateInterval = .milliseconds(250)
        try await listener.serving { address in
            let old = try await certificates.connect(address)
            #expect(try await old.get("/metrics").status == 200)
            #expect(try await old.serverCertificate() == first)
            try certificates.install("next")
            while true {
                let new = try await certificates.connect(address)
                let text = try await new.get("/metrics").text
                guard try await new.serverCertificate() == next else { continue }
                #expect(text.contains("\ntally_listener_certificate_reloads_total{outcome=\"used\"} 1\n"))
                #expect(text.contains("\ntally_listener_certificate_reloads_total{outcome=\"rejected\"} 0\n"))
                break
            }
            #expect(try await old.get("/metrics").status == 200)
            #expect(try await old.serverCertificate() == first)
        }
    }

    @Test(.disabled(if: isMissing, "openssl is not installed"), arguments: ["crt", "key"])
    func anUnusableFileKeepsTheOldCertificateAndIsReportedOnce(suffix: String) async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("next", signedBy: "ca")
        let first = try certificates.der("server")
        let file = URL(filePath: certificates.path("server.\(suffix)"))
        let (reports, continuation) = AsyncStream.makeStream(of: ListenerReport.self)
        let registry = registry()
        var listener = MetricsListener(registry: registry, port: 0, tls: certificates.server) {
            continuation.yield($0)
        }
        listener.configuration.certificateInterval = .milliseconds(250)
        try await listener.serving { address in
            var iterator = reports.makeAsyncIterator()
            try Data("-----BEGIN s3cret".utf8).write(to: file, options: .atomic)
            let report = try #require(await iterator.next())
            #expect(report.kind == .certificateRejected)
            let problem =
                suffix == "crt"
                ? "'\(file.path)' holds no certificate in PEM"
                : "'\(file.path)' holds no private key in PEM without a passphrase"
            #expect(report.description == "certificateRejected: unusableCertificate: \(problem)")
            let client = try await certificates.connect(address)
            let text = try await client.get("/metrics").text
            #expect(text.contains("\ntally_listener_certificate_reloads_total{outcome=\"rejected\"} 1\n"))
            #expect(try await client.serverCertificate() == first)
            // A pair that belongs together is used again.
            try certificates.install("next")
            while try await certificates.connect(address).serverCertificate() == first { await Task.yield() }
        }
    }

    @Test func filesAreLoadedOnceTheyHaveSettled() {
        var changes = FileChanges([1, 2, nil])
        func look(_ look: FileChanges.Look) -> Bool { changes.areDue(look) }
        #expect(!look([1, 2, nil]))
        // The certificate has changed, and then its key.
        #expect(!look([3, 2, nil]))
        #expect(!look([3, 4, nil]))
        #expect(look([3, 4, nil]))
        #expect(!look([3, 4, nil]))
        // A file that is missing for a moment is no change.
        #expect(!look([nil, 4, nil]))
        #expect(!look([3, 4, nil]))
        #expect(!look([3, 4, nil]))
        // One that stays away is.
        #expect(!look([nil, 4, nil]))
        #expect(look([nil, 4, nil]))
        #expect(!look([nil, 4, nil]))
        // As is a return to what was loaded before.
        #expect(!look([3, 4, nil]))
        #expect(look([3, 4, nil]))
    }

    @Test func rejectedFilesAreTriedAgainAfterSixtyLooks() {
        var changes = FileChanges([1])
        func look() -> Bool { changes.areDue([2]) }
        #expect(!look())
        for _ in 0..<3 {
            #expect(look())
            changes.wereLoaded(false)
            for _ in 0..<59 { #expect(!look()) }
        }
        #expect(look())
        changes.wereLoaded(true)
        for _ in 0..<100 { #expect(!look()) }
    }

    // MARK: Errors

    /// The file to break, its contents, and the text of the error.
    private static let broken: [(name: String, contents: String?, text: String)] = [
        ("server.crt", nil, "cannot read '%': No such file or directory"),
        ("server.crt", "", "'%' holds no certificate in PEM"),
        ("server.crt", "s3cret", "'%' holds no certificate in PEM"),
        ("server.key", nil, "cannot read '%': No such file or directory"),
        ("server.key", "s3cret", "'%' holds no private key in PEM without a passphrase"),
        ("ca.crt", nil, "cannot read '%': No such file or directory"),
        ("ca.crt", "s3cret", "'%' holds no certificate in PEM"),
    ]

    @Test(.disabled(if: isMissing, "openssl is not installed"), arguments: broken)
    func anUnusableFileIsNamedAndNotQuoted(name: String, contents: String?, text: String) async throws {
        let certificates = try await TestCertificates()
        let file = URL(filePath: certificates.path(name))
        try FileManager.default.removeItem(at: file)
        if let contents { try Data(contents.utf8).write(to: file) }
        let tls = certificates.server(.required(authorities: certificates.path("ca.crt")))
        let error = try await failure(of: MetricsListener(registry: registry(), port: 0, tls: tls))
        #expect(error.code == .unusableCertificate)
        #expect(error.message == text.replacing("%", with: file.path))
    }

    @Test(.disabled(if: isMissing, "openssl is not installed"))
    func aKeyOfAnotherCertificateOrWithAPassphraseIsNamed() async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("next", signedBy: "ca")
        let (crt, key) = (certificates.path("server.crt"), certificates.path("next.key"))
        let other = ListenerTLS(certificate: crt, key: key)
        let error = try await failure(of: MetricsListener(registry: registry(), port: 0, tls: other))
        #expect(
            error.description
                == "unusableCertificate: the key in '\(key)' does not belong to the certificate in '\(crt)'"
        )
        let locked = certificates.path("locked.key")
        try await certificates.run(["ec", "-aes256", "-passout", "pass:x", "-in", key, "-out", locked])
        let tls = ListenerTLS(certificate: crt, key: locked)
        let refused = try await failure(of: MetricsListener(registry: registry(), port: 0, tls: tls))
        #expect(refused.message == "'\(locked)' holds no private key in PEM without a passphrase")
    }
}
#endif
