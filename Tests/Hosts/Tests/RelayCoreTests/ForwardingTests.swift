import RelayCore
import Testing

struct ForwardingTests {
    private let counts = HookCounts()
    private let relay: Relay<ContinuousClock>
    private let binary = Inbox()
    private let phone = Inbox()
    private let binaryConnection: UInt32
    private let phoneConnection: UInt32

    init() throws {
        relay = Relay(grace: .seconds(600), hooks: counts.hooks)
        binaryConnection = try relay.claim(Greeting(.binary, "studio"), binary.peer)
        phoneConnection = try relay.claim(Greeting(.phone, "studio"), phone.peer)
    }

    private var nothing: HookCounts.Counts { HookCounts.Counts() }

    @Test func aFrameThatWasSentCountsOnce() {
        relay.receive(Envelope(.frame, payload: [1, 2]), from: phoneConnection)
        relay.receive(Envelope(.frame, connection: phoneConnection, payload: [3]), from: binaryConnection)
        relay.receive(Envelope(.frame, connection: phoneConnection), from: binaryConnection)
        #expect(binary.envelopes == [Envelope(.frame, connection: phoneConnection, payload: [1, 2])])
        #expect(phone.envelopes.map(\.payload) == [[3], []])
        #expect(counts.counts == .init(forwarded: [.phoneToBinary: 1, .binaryToPhone: 2]))
    }

    @Test func namesAreComparedByTheirBytes() throws {
        _ = try relay.claim(Greeting(.binary, "é"), Inbox().peer)
        #expect(throws: Refusal.missingPeer) { try relay.claim(Greeting(.phone, "e\u{301}"), Inbox().peer) }
    }

    @Test func aMissingPeerCountsNoFrame() throws {
        relay.release(binaryConnection)
        relay.receive(Envelope(.frame, payload: [1]), from: phoneConnection)
        #expect(phone.envelopes == [Envelope(.refusal, payload: "missing_peer".utf8)])
        #expect(counts.counts == .init(refused: [.missingPeer: 1]))
        #expect(throws: Refusal.missingPeer) { try relay.claim(Greeting(.phone, "nobody"), Inbox().peer) }
        #expect(!phone.isClosed, "the phone stays during the grace")
    }

    @Test func anUnknownConnectionCountsNoFrame() throws {
        let other = Inbox()
        let otherBinary = try relay.claim(Greeting(.binary, "garage"), other.peer)
        relay.receive(Envelope(.frame, connection: 12_345, payload: [1]), from: binaryConnection)
        relay.receive(Envelope(.frame, connection: phoneConnection, payload: [1]), from: otherBinary)
        #expect(phone.envelopes.isEmpty, "a phone hears its own binary only")
        #expect(other.envelopes == [Envelope(.refusal, payload: "unknown_connection".utf8)])
        relay.release(phoneConnection)
        relay.receive(Envelope(.frame, connection: phoneConnection), from: binaryConnection)
        relay.receive(Envelope(.frame), from: phoneConnection)
        #expect(counts.counts == .init(refused: [.unknownConnection: 4]))
    }

    @Test func aMalformedEnvelopeCountsNoFrame() throws {
        for kind in [Envelope.Kind.hello, .welcome, .refusal] {
            relay.receive(Envelope(kind, connection: phoneConnection), from: binaryConnection)
        }
        #expect(binary.envelopes.map(\.payload) == Array(repeating: Array("malformed_envelope".utf8), count: 3))
        #expect(counts.counts == .init(refused: [.malformedEnvelope: 3]))
    }

    @Test func aFailedSendCountsNoFrame() {
        phone.breakDown()
        relay.receive(Envelope(.frame, connection: phoneConnection, payload: [1]), from: binaryConnection)
        #expect(binary.envelopes == [Envelope(.refusal, payload: "failed_send".utf8)])
        #expect(counts.counts == .init(refused: [.failedSend: 1]))
    }

    @Test func aRelayWithoutHooksForwardsAllTheSame() throws {
        let relay = Relay(grace: .seconds(600))
        let inbox = Inbox()
        _ = try relay.claim(Greeting(.binary, "studio"), inbox.peer)
        let phone = try relay.claim(Greeting(.phone, "studio"), Inbox().peer)
        relay.receive(Envelope(.frame, payload: [7]), from: phone)
        #expect(inbox.envelopes.map(\.payload) == [[7]])
    }
}
