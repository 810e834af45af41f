import Tally
import Testing

@testable import TallyHealthcheck

/// Invalid definitions, and their errors.
struct DefinitionTests {
    private func code(
        _ providers: SnapshotProvider...,
        publicKeys: [String] = [],
        cacheControl: String = "no-store",
        readinessDeadline: Duration = .seconds(1)
    ) -> HealthcheckError.Code? {
        do {
            _ = try Healthcheck(
                service: ServiceInfo(name: "chat", version: "1"),
                validating: providers,
                publicKeys: publicKeys,
                cacheControl: cacheControl,
                readinessDeadline: readinessDeadline
            )
            return nil
        } catch {
            return error.code
        }
    }

    private func provider(_ name: String = "a", _ keys: String...) -> SnapshotProvider {
        SnapshotProvider(name, keys: keys) { [:] }
    }

    @Test(arguments: ["status", "name", "version", "now", "uptimeSeconds", "checks"])
    func keysOfTheDocumentAreReserved(_ key: String) {
        #expect(code(provider("a", key)) == .reservedKey)
    }

    @Test func twoProvidersMayNotClaimOneKey() throws {
        let counter = Counter("c", help: "", in: MetricRegistry())
        #expect(code(provider("a", "x"), provider("b", "y", "x")) == .duplicateKey)
        #expect(code(provider("a", "x", "x")) == .duplicateKey)
        #expect(code(provider("a", "x"), .counters(["x": counter])) == .duplicateKey)
        #expect(code(.counters(["x": counter, "x": counter])) == .duplicateKey)
        #expect(code(provider("a", "x"), provider("b", "X"), .counters(["z": counter])) == nil)
        #expect(code(provider("a", "é"), provider("b", "e\u{301}")) == nil, "keys are compared by bytes")
    }

    @Test func twoChecksMayNotShareAName() {
        #expect(code(provider("a", "x"), provider("a", "y")) == .duplicateName)
        #expect(code(provider("counters"), .counters([:])) == .duplicateName)
        #expect(code(.counters([:]), provider("counters")) == .duplicateName)
        #expect(code(.counters([:]), .counters([:]), .gauges([:])) == nil)
    }

    @Test(arguments: ["", "a:b", String(repeating: "a", count: 257)])
    func namesAndKeysMustBeValid(_ name: String) {
        #expect(code(provider(name)) == .invalidName)
        #expect(code(provider("a", name)) == .invalidName)
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .seconds(366 * 86_400 + 1), Duration(attoseconds: .max)])
    func durationsMustBeInRange(_ duration: Duration) {
        #expect(code(SnapshotProvider("a", keys: [], timeout: duration) { [:] }) == .invalidDuration)
        #expect(code(SnapshotProvider("a", keys: [], maxAge: duration) { [:] }) == .invalidDuration)
        #expect(code(SnapshotProvider("a", keys: [], refreshInterval: duration) { [:] }) == .invalidDuration)
        let stale = code(SnapshotProvider("a", keys: [], staleIfError: duration) { [:] })
        #expect(stale == (duration == .zero ? nil : .invalidDuration))
        #expect(code(readinessDeadline: duration) == .invalidDuration)
    }

    @Test func thresholdsMustBePositive() {
        #expect(code(SnapshotProvider("a", keys: [], failureThreshold: 0) { [:] }) == .invalidThreshold)
        #expect(code(SnapshotProvider("a", keys: [], successThreshold: -1) { [:] }) == .invalidThreshold)
    }

    @Test func publicKeysMustExist() {
        #expect(code(provider("a", "x"), publicKeys: ["x", "name", "version", "now", "uptimeSeconds"]) == nil)
        for key in ["y", "checks", "status", ""] {
            #expect(code(provider("a", "x"), publicKeys: [key]) == .unknownPublicKey)
        }
    }

    @Test(arguments: ["", "no-store\r\nX-Injected: 1", "é"])
    func cacheControlMustBeAValidHeaderValue(_ value: String) {
        #expect(code(cacheControl: value) == .invalidHeader)
    }

    @Test func aDuplicateKeyTrapsWithAMessageThatNamesIt() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Healthcheck(
                service: ServiceInfo(name: "chat", version: "1"),
                providers: [
                    SnapshotProvider("database", keys: ["sessions"]) { [:] },
                    SnapshotProvider("mirror", keys: ["sessions"]) { [:] },
                ]
            )
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(
            text.contains(#"TallyHealthcheck: the providers "database" and "mirror" both claim the key "sessions""#)
        )
    }

    @Test func anInvalidDurationTrapsWithAMessageThatNamesIt() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Healthcheck(
                service: ServiceInfo(name: "chat", version: "1"),
                providers: [SnapshotProvider("database", keys: [], timeout: .zero) { [:] }]
            )
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(#"the provider "database" has timeout 0.0 seconds, but it must be more than zero"#))
    }
}
