import Tally
import TallyTestSupport
import Testing

@testable import TallyHealthcheck

/// The full text of every error that a host of a healthcheck can meet.
@Suite(.timeLimit(.minutes(5)))
struct ErrorTextTests {
    private static func define(
        _ providers: SnapshotProvider...,
        publicKeys: [String] = [],
        cacheControl: String = "no-store",
        readinessDeadline: Duration = .seconds(1),
        registry: MetricRegistry? = nil
    ) throws {
        _ = try Healthcheck(
            service: ServiceInfo(name: "chat", version: "1"),
            validating: providers,
            publicKeys: publicKeys,
            cacheControl: cacheControl,
            readinessDeadline: readinessDeadline,
            registry: registry
        )
    }

    private static func provider(_ name: String, _ keys: String...) -> SnapshotProvider {
        SnapshotProvider(name, keys: keys) { [:] }
    }

    /// Throws the error that the hook receives after one run of a provider.
    private static func report(after end: (Hand, Bench) -> Void) async throws {
        let hand = Hand()
        let errors = Locked<[any Error]>([])
        let bench = Bench(TallyHealthcheckTests.provider(hand)) { _, error in errors.withLock { $0.append(error) } }
        let request = bench.request()
        await hand.began(1)
        end(hand, bench)
        _ = await request.value
        await eventually { errors.withLock { !$0.isEmpty } }
        // A hand ignores cancellation, so it must answer before the test ends.
        hand.answer(.two)
        if let error = errors.withLock(\.first) { throw error }
    }

    static let rows: [ErrorText] = [
        ErrorText("duplicateKey", #"the providers "a" and "b" both claim the key "x"; rename one"#) {
            try define(provider("a", "x"), provider("b", "x"))
        },
        ErrorText("duplicateName", #"two providers have the name "a"; rename one"#) {
            try define(provider("a"), provider("a"))
        },
        ErrorText(
            "invalidDuration",
            #"the healthcheck has readinessDeadline 0.0 seconds, but it must be more than zero and at most 366 days"#
        ) { try define(readinessDeadline: .zero) },
        ErrorText(
            "invalidDuration",
            #"the provider "a" has staleIfError -1.0 seconds, but it must be zero or more and at most 366 days"#
        ) { try define(SnapshotProvider("a", keys: [], staleIfError: .seconds(-1)) { [:] }) },
        ErrorText(
            "invalidDuration",
            #"the provider "a" has timeout 0.0 seconds, but it must be more than zero and at most 366 days"#
        ) { try define(SnapshotProvider("a", keys: [], timeout: .zero) { [:] }) },
        ErrorText("invalidHeader", #"cacheControl is "", but must be visible ASCII and not empty"#) {
            try define(cacheControl: "")
        },
        ErrorText(
            "invalidMetrics",
            #""health_check_up" has the label "check" and another that is equal, at least when escaped: "#
                + "rename one of them"
        ) { try define(registry: MetricRegistry(constantLabels: ["check": "a"], ownMetrics: false)) },
        ErrorText("invalidName", #"the key "" of the provider "a" must have 1 to 256 bytes and no colon"#) {
            try define(provider("a", ""))
        },
        ErrorText("invalidName", #"the provider's name "a:b" must have 1 to 256 bytes and no colon"#) {
            try define(provider("a:b"))
        },
        ErrorText("invalidThreshold", #"the provider "a" has failureThreshold 0, but it must be at least 1"#) {
            try define(SnapshotProvider("a", keys: [], failureThreshold: 0) { [:] })
        },
        ErrorText(
            "invalidUnit",
            #"the provider "a" has a unit for "y", which is not one of its keys ["x"]; remove it"#
        ) { try define(SnapshotProvider("a", keys: ["x"], units: ["y": "ms"]) { [:] }) },
        ErrorText(
            "invalidUnit",
            #"the provider "a" has the unit or type "", which must have 1 to 256 bytes"#
        ) { try define(SnapshotProvider("a", keys: ["x"], units: ["x": ""]) { [:] }) },
        ErrorText("reservedKey", #"the provider "a" claims "status", which is reserved; rename it"#) {
            try define(provider("a", "status"))
        },
        ErrorText(
            "timeout",
            #"the provider "database" did not answer within 0.5 seconds; look for what it waits for"#
        ) { try await report { _, bench in bench.clock.advance(by: .milliseconds(500)) } },
        ErrorText(
            "undeclaredKey",
            #"the provider "database" omitted ["sessions"] and returned the undeclared ["a", "b"]; "#
                + #"it must return exactly the keys ["sessions"]"#
        ) { try await report { hand, _ in hand.answer(["b": 1, "a": 2]) } },
        ErrorText(
            "undeclaredKey",
            #"the provider "database" omitted ["sessions"]; it must return exactly the keys ["sessions"]"#
        ) { try await report { hand, _ in hand.answer([:]) } },
        ErrorText(
            "undeclaredKey",
            #"the provider "database" returned the undeclared ["b"]; it must return exactly the keys ["sessions"]"#
        ) { try await report { hand, _ in hand.answer(["sessions": 1, "b": 2]) } },
        ErrorText(
            "unknownPublicKey",
            #"publicKeys contains "y", which is neither a provider's key nor in "#
                + #"["name", "version", "now", "uptimeSeconds"]; remove it"#
        ) { try define(provider("a", "x"), publicKeys: ["y"]) },
    ]

    @Test(arguments: rows)
    func errorsSayWhatIsWrongAndWhatToDo(_ row: ErrorText) async {
        let error = await #expect(throws: HealthcheckError.self) { try await row.provoke() }
        #expect(error?.code.description == row.code)
        #expect(error?.description == row.text)
    }

    @Test func everyPlaceThatMakesAnErrorHasARow() throws {
        let expected = ["HealthcheckError(": 13, "fatalError(": 1]
        let places = try ErrorText.places(of: expected.keys, in: "TallyHealthcheck")
        #expect(places == expected, "add a row with the text of the new error, then correct the number")
    }
}
