import TallyTestSupport
import Testing

@testable import TallyListener

#if Listener
import Foundation
import NIOCore
#endif

/// The full text of every error and report that a host of a listener can meet.
@Suite(.timeLimit(.minutes(5)))
struct ErrorTextTests {
    private struct NoDatabase: Error, CustomStringConvertible {
        let description = "no database"
    }

    // MARK: Reports

    private static let reports: [(ListenerReport.Kind, String)] = [
        (.acceptFailed, "the system could not accept connections; look for a limit on open files"),
        (.certificateRejected, "a changed certificate or key cannot be used; correct the file"),
        (
            .connectionEvicted,
            "the longest idle connection made room for another; lower idleTimeout, or raise maxConnections"
        ),
        (
            .connectionRefused,
            "all connections had requests to answer; look for handlers that hang, or raise maxConnections"
        ),
        (.handlerFailed, "a route's handler threw; correct the handler"),
        (.headerTimedOut, "a header did not arrive within headerTimeout; look for a slow client if it repeats"),
        (.hostRejected, "a request named a host that is not served; add it to allowedHosts if it is yours"),
        (
            .requestRejected,
            "a request was malformed or exceeded a limit; look for a scanner, or raise maxHeaderBytes"
        ),
        (
            .requestTimedOut,
            "a request took longer than requestTimeout; look for handlers that hang and slow clients"
        ),
    ]

    @Test func reportsNameTheProblemAndTheRemedyOrTheError() {
        for (kind, text) in Self.reports {
            #expect(ListenerReport(kind: kind, count: 1, error: nil).description == "\(kind): \(text)")
        }
        let failed = ListenerReport(kind: .handlerFailed, count: 3, error: NoDatabase())
        #expect(failed.description == "handlerFailed (3 times): no database")
    }

    // MARK: Limits

    private static func limits(_ text: String, _ limits: ListenerLimits) -> ErrorText {
        ErrorText("invalidConfiguration", "invalidConfiguration: limits.\(text)") { try limits.validate() }
    }

    private static let duration = "but must be more than zero and at most one day"

    static let limits: [ErrorText] = [
        limits("headerTimeout is 0.0 seconds, \(duration)", ListenerLimits(headerTimeout: .zero)),
        limits("idleTimeout is 0.0 seconds, \(duration)", ListenerLimits(idleTimeout: .zero)),
        limits("maxConnections is 0, but must be 1 to 65536", ListenerLimits(maxConnections: 0)),
        limits("maxHeaderBytes is 255, but must be 256 to 1048576", ListenerLimits(maxHeaderBytes: 255)),
        limits("maxHeaderFields is 10001, but must be 1 to 10000", ListenerLimits(maxHeaderFields: 10_001)),
        limits("requestTimeout is 86401.0 seconds, \(duration)", ListenerLimits(requestTimeout: .seconds(86_401))),
        limits("shutdownGrace is -1.0 seconds, \(duration)", ListenerLimits(shutdownGrace: .seconds(-1))),
    ]

    @Test(arguments: limits)
    func limitsOutOfRangeAreNamedWithTheirRange(_ row: ErrorText) async {
        let error = await #expect(throws: ListenerError.self) { try await row.provoke() }
        #expect(error?.code.description == row.code)
        #expect(error?.description == row.text)
    }

    // MARK: Addresses and routes

    #if Listener
    private static func listen(
        _ host: String = "127.0.0.1",
        port: Int = 0,
        allowsNonLoopback: Bool = false,
        _ paths: String...
    ) async throws {
        let listener = MetricsListener(
            registry: registry(),
            host: host,
            port: port,
            allowsNonLoopback: allowsNonLoopback,
            routes: paths.map { path in ListenerRoute(path) { _ in ListenerResponse() } }
        )
        try await RunningListener(listener).stop()
    }

    private static func listen(at addresses: [ListenerAddress]) async throws {
        try await RunningListener(MetricsListener(registry: registry(), addresses: addresses)).stop()
    }

    private static func listen(_ authorization: ListenerAuthorization) async throws {
        let listener = MetricsListener(registry: registry(), port: 0, authorization: authorization)
        try await RunningListener(listener).stop()
    }

    private static let unavailable = String(cString: strerror(EADDRNOTAVAIL))

    static let configurations: [ErrorText] = [
        ErrorText("cannotBind", "cannotBind: cannot listen at 127.0.0.1:9464: no database") {
            throw BindAddress.failure(NoDatabase(), at: .tcp(port: 9_464))
        },
        ErrorText("cannotBind", "cannotBind: cannot listen at 192.0.2.1:9464: \(unavailable)") {
            try await listen("192.0.2.1", port: 9_464, allowsNonLoopback: true)
        },
        ErrorText(
            "cannotBind",
            "cannotBind: the host 'not a host' does not resolve to an address; "
                + "check its spelling, or pass an IP address"
        ) { try await listen("not a host") },
        ErrorText(
            "cannotBind",
            "cannotBind: the system closed the listening socket at [::1]:9464; run the listener again"
        ) { throw BindAddress.lost(.tcp(host: "::1", port: 9_464)) },
        ErrorText(
            "cannotBind",
            "cannotBind: a file that is not a socket has the path '/dev/null'; remove it, or choose another path"
        ) { try await listen(at: [.unix(path: "/dev/null")]) },
        ErrorText(
            "cannotBind",
            "cannotBind: the socket's path '/\(String(repeating: "s", count: 103))' has 104 bytes, but may have 103"
        ) { try await listen(at: [.unix(path: "/" + String(repeating: "s", count: 103))]) },
        ErrorText("invalidConfiguration", "invalidConfiguration: addresses is empty; pass at least one") {
            try await listen(at: [])
        },
        ErrorText(
            "invalidConfiguration",
            "invalidConfiguration: the socket's path \"a\\0b\" must not be empty or contain a NUL"
        ) { try await listen(at: [.unix(path: "a\0b")]) },
        ErrorText(
            "invalidConfiguration",
            "invalidConfiguration: the permissions of the socket '/s' are 512, but must be 0 to 0o777"
        ) { try await listen(at: [.unix(path: "/s", permissions: 0o1000)]) },
        ErrorText(
            "invalidConfiguration",
            "invalidConfiguration: the challenge \"a\\r\\nb\" of the authorization must be visible ASCII"
        ) { try await listen(ListenerAuthorization(challenge: "a\r\nb") { _ in true }) },
        ErrorText(
            "invalidConfiguration",
            "invalidConfiguration: the authorization needs client certificates, which only TLS with clientCertificates "
                + "asks for"
        ) { try await listen(.clientCertificate()) },
        ErrorText("invalidConfiguration", "invalidConfiguration: the basic authorization has no users; add one") {
            try await listen(.basic([:]))
        },
        ErrorText(
            "invalidConfiguration",
            "invalidConfiguration: a user of the basic authorization has an empty name or password, "
                + "a colon in the name, a control character, or more than 1023 bytes"
        ) { try await listen(.basic(["a:b": "secret"])) },
        ErrorText("invalidConfiguration", "invalidConfiguration: the bearer authorization has no tokens; add one") {
            try await listen(.bearer([]))
        },
        ErrorText(
            "invalidConfiguration",
            "invalidConfiguration: a token of the bearer authorization is empty, has more than 1024 bytes, "
                + "or has other bytes than ASCII letters, digits, -._~+/ and final ="
        ) { try await listen(.bearer(["a", "secret token"])) },
        ErrorText("invalidConfiguration", "invalidConfiguration: port is 65536, but must be 0 to 65535") {
            try await listen(port: 65_536)
        },
        ErrorText(
            "invalidConfiguration",
            "invalidConfiguration: a route has the path '/metrics', which the listener itself serves; rename it"
        ) { try await listen("127.0.0.1", "/metrics") },
        ErrorText(
            "invalidConfiguration",
            "invalidConfiguration: the route 'a b' is not a path; begin it with '/', "
                + "and use visible ASCII without '?' or '#'"
        ) { try await listen("127.0.0.1", "a b") },
        ErrorText("invalidConfiguration", "invalidConfiguration: two routes have the path '/a'; rename one") {
            try await listen("127.0.0.1", "/a", "/a")
        },
        ErrorText(
            "notLoopback",
            "notLoopback: the host '192.0.2.1' is not a loopback address, so other machines could read the metrics; "
                + "pass allowsNonLoopback: true to allow that"
        ) { try await listen("192.0.2.1") },
        ErrorText(
            "notLoopback",
            "notLoopback: the host '' (0.0.0.0) is not a loopback address, so other machines could read the metrics; "
                + "pass allowsNonLoopback: true to allow that"
        ) { try await listen("") },
    ]

    @Test(arguments: configurations)
    func addressesAndRoutesAreNamedWithTheRemedy(_ row: ErrorText) async {
        let error = await #expect(throws: ListenerError.self) { try await row.provoke() }
        #expect(error?.code.description == row.code)
        #expect(error?.description == row.text)
    }

    @Test func aTakenPortIsNamedWithTheRemedy() async throws {
        try await MetricsListener(registry: registry(), port: 0).serving { address in
            let error = try await failure(of: MetricsListener(registry: registry(), port: address.port))
            let remedy = "stop it, or choose another port"
            #expect(error.description == "addressInUse: another socket already listens at \(address); \(remedy)")
        }
    }
    #endif

    // MARK: Completeness

    @Test func everyPlaceThatMakesAnErrorHasARow() throws {
        let expected = ["ListenerError(": 20, "Kind(\n": 9]
        let places = try ErrorText.places(of: expected.keys, in: "TallyListener")
        #expect(places == expected, "add a row with the text of the new error, then correct the number")
    }
}
