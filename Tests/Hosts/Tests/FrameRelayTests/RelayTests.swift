import Foundation
import HostsTestSupport
import RelayCore
import Testing

/// The relay over real sockets, and its metrics as a scrape reads them.
@Suite(.timeLimit(.minutes(10)))
struct RelayTests {
    private let toBinary = "relay_frames_forwarded_total{direction=\"phone_to_binary\"}"
    private let toPhone = "relay_frames_forwarded_total{direction=\"binary_to_phone\"}"

    @Test func framesCrossInBothDirectionsAndCountOnce() async throws {
        let relay = try await RelayProgram()
        #expect(try await relay.metric(toBinary) == 0)
        #expect(try await relay.metric(toPhone) == 0)
        var (binary, _) = try await RelayClient.connected(to: relay, .binary, "studio")
        var (phone, number) = try await RelayClient.connected(to: relay, .phone, "studio")
        for index in 0..<100 {
            let payload = (0..<index).map { UInt8($0) }
            try phone.send(Envelope(.frame, payload: payload))
            #expect(try await binary.receive() == Envelope(.frame, connection: number, payload: payload))
            try binary.send(Envelope(.frame, connection: number, payload: payload.reversed()))
            #expect(try await phone.receive()?.payload == payload.reversed())
        }
        try await relay.waitUntil(toBinary, is: 100)
        try await relay.waitUntil(toPhone, is: 100)
        #expect(try await relay.metric("relay_connections") == 2)
        #expect(relay.stop() == 0)
    }

    @Test func whatCannotBeForwardedIsAnsweredAndCountsNoFrame() async throws {
        let relay = try await RelayProgram()
        var (binary, _) = try await RelayClient.connected(to: relay, .binary, "studio")
        var (phone, _) = try await RelayClient.connected(to: relay, .phone, "studio")
        func refusal(_ client: inout RelayClient) async throws -> String {
            String(decoding: try await client.receive()?.payload ?? [], as: UTF8.self)
        }
        try binary.send(Envelope(.frame, connection: 999, payload: [1]))
        #expect(try await refusal(&binary) == "unknown_connection")
        try binary.send(payload: [1, 2])
        #expect(try await refusal(&binary) == "malformed_envelope")
        try phone.send(payload: [])
        #expect(try await refusal(&phone) == "malformed_envelope")
        binary.socket.reset()
        try await relay.waitUntil("relay_connections", is: 1)
        try phone.send(Envelope(.frame, payload: [1]))
        #expect(try await refusal(&phone) == "missing_peer")

        #expect(try await relay.refusals("unknown_connection") == 1)
        #expect(try await relay.refusals("malformed_envelope") == 2)
        #expect(try await relay.refusals("missing_peer") == 1)
        for series in [toBinary, toPhone] { #expect(try await relay.metric(series) == 0) }
        // After all that, a new binary takes the old one's place, and its phone is still there.
        (binary, _) = try await RelayClient.connected(to: relay, .binary, "studio")
        try phone.send(Envelope(.frame, payload: [2]))
        #expect(try await binary.receive()?.payload == [2])
    }

    @Test func aPeerThatDoesNotReadMakesFramesFailAndHoldsUpNobody() async throws {
        let relay = try await RelayProgram()
        let (binary, _) = try await RelayClient.connected(to: relay, .binary, "studio")
        let (deaf, deafNumber) = try await RelayClient.connected(to: relay, .phone, "studio")
        var (phone, number) = try await RelayClient.connected(to: relay, .phone, "studio")
        let frame = Envelope(.frame, connection: deafNumber, payload: Array(repeating: 7, count: 500_000))
        for _ in 0..<100 { try binary.send(frame) }
        try binary.send(Envelope(.frame, connection: number, payload: [1]))
        #expect(try await phone.receive()?.payload == [1])
        let failed = try #require(try await relay.refusals("failed_send"))
        #expect(failed > 0)
        let forwarded = try #require(try await relay.metric(toPhone))
        #expect(forwarded + failed < 101, "a frame that waits for its socket does not count yet")
        deaf.socket.reset()
        // Each frame ends in one way, those that waited for the socket too.
        var (sent, refused) = (0.0, 0.0)
        while sent + refused != 101 {
            refused = try #require(try await relay.refusals("failed_send"))
            sent = try #require(try await relay.metric(toPhone))
            try Task.checkCancellation()
        }
        #expect(refused > failed)
    }

    @Test func aBadHelloIsAnsweredAndClosed() async throws {
        let relay = try await RelayProgram()
        for (hello, reason) in [
            (Envelope(.frame, payload: [1]), "malformed_envelope"),
            (Envelope(.hello, payload: "tablet studio".utf8), "malformed_envelope"),
            (Greeting(.phone, "nobody").envelope, "missing_peer"),
        ] {
            var client = try RelayClient(relay)
            try client.send(hello)
            #expect(try await client.receive() == Envelope(.refusal, payload: reason.utf8))
            #expect(try await client.receive() == nil)
        }
        var long = try RelayClient(relay)
        try long.socket.send(bytes: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(try await long.receive()?.kind == .refusal)
        #expect(try await long.receive() == nil, "a length beyond the limit ends the connection")
        #expect(try await relay.refusals("malformed_envelope") == 3)
        #expect(try await relay.refusals("missing_peer") == 1)
        #expect(try await relay.metric("relay_connections") == 0)
    }

    @Test func whoSaysNothingIsClosedAndCounted() async throws {
        let relay = try await RelayProgram(["--hello-timeout", "100"])
        var silent = try RelayClient(relay)
        #expect(try await silent.receive() == Envelope(.refusal, payload: "silent".utf8))
        #expect(try await silent.receive() == nil)
        #expect(try await relay.refusals("silent") == 1)
        // Half of a hello is as good as none.
        var half = try RelayClient(relay)
        try half.socket.send(bytes: [0, 0])
        half.socket.finishSending()
        #expect(try await half.receive() == nil)
    }

    @Test func moreConnectionsThanTheProcessMayOpenHoldUpNobody() async throws {
        let relay = try await RelayProgram(openFiles: 60)
        var (binary, _) = try await RelayClient.connected(to: relay, .binary, "studio")
        var crowd = try (0..<80).map { _ in try RelayClient(relay) }
        #expect(crowd.count == 80)
        crowd = []
        let (phone, number) = try await RelayClient.connected(to: relay, .phone, "studio")
        try phone.send(Envelope(.frame, payload: [1]))
        #expect(try await binary.receive() == Envelope(.frame, connection: number, payload: [1]))
        try await relay.waitUntil(toBinary, is: 1)
    }

    @Test func aBinaryThatDoesNotComeBackExpiresOnce() async throws {
        let relay = try await RelayProgram(["--grace", "100"])
        let (binary, _) = try await RelayClient.connected(to: relay, .binary, "studio")
        var (phone, _) = try await RelayClient.connected(to: relay, .phone, "studio")
        binary.socket.reset()
        #expect(try await phone.receive() == nil, "the phone is closed with its binary")
        try await relay.waitUntil("relay_connections", is: 0)
        #expect(try await relay.metric("relay_grace_expiries_total") == 1)
    }

    @Test func aBinaryThatIsReplacedDoesNotExpire() async throws {
        let relay = try await RelayProgram(["--grace", "100"])
        var (first, _) = try await RelayClient.connected(to: relay, .binary, "studio")
        let (second, _) = try await RelayClient.connected(to: relay, .binary, "studio")
        #expect(try await first.receive() == nil, "one binary a name")
        // Another one's grace begins later and ends, so that one of the first would have ended too.
        let (other, _) = try await RelayClient.connected(to: relay, .binary, "garage")
        other.socket.reset()
        try await relay.waitUntil("relay_grace_expiries_total", is: 1)
        #expect(try await relay.metric("relay_connections") == 1)
        withExtendedLifetime(second) {}
    }

    @Test(.needs("prometheus"))
    func prometheusReadsTheRelay() async throws {
        let relay = try await RelayProgram()
        let prometheus = try await Prometheus(scraping: relay.metricsPort)
        var (binary, _) = try await RelayClient.connected(to: relay, .binary, "studio")
        let (phone, _) = try await RelayClient.connected(to: relay, .phone, "studio")
        for _ in 0..<10 {
            try phone.send(Envelope(.frame, payload: [1]))
            _ = try await binary.receive()
        }
        #expect(try await prometheus.value(of: "sum(relay_frames_forwarded_total)", awaiting: 10) == 10)
        #expect(try await prometheus.value(of: "count(relay_frames_forwarded_total)", awaiting: 2) == 2)
        #expect(try await prometheus.value(of: "relay_grace_expiries_total", awaiting: 0) == 0)
    }

    @Test(.needs("curl", "hostname"))
    func metricsStayOnLoopback() async throws {
        let program = try Program(Program.built("frame-relay"), ["--port", "0", "--metrics-host", "0.0.0.0"])
        _ = try await program.line(containing: "notLoopback")
        #expect(program.stop() != 0)

        let relay = try await RelayProgram()
        let metrics = "http://127.0.0.1:\(relay.metricsPort)/metrics"
        let answer = try await HTTPAnswer.curl(metrics, "-H", "Host: evil.example")
        #expect(answer.status == 421)
        // The rest of the loopback network, and the machine's own addresses.
        let addresses = try await Program.output(of: "hostname", ["-I"]).split(whereSeparator: \.isWhitespace)
        for address in ["127.0.0.2"] + addresses.filter({ $0.contains(".") }) {
            #expect(throws: Program.Failed.self, "\(address)") {
                try RawConnection(host: String(address), port: relay.metricsPort)
            }
        }
    }

    @Test func sixteenTasksClaimReleaseReplaceAndCleanWithoutLoss() async throws {
        let outcome = try await onThread { try Program.run(Program.built("relay-storm")) }
        #expect(outcome.status == 0, "\(outcome.errorText)")
        print(outcome.text)
    }
}
