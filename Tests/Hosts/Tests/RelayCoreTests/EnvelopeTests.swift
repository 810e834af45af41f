import RelayCore
import Testing

struct EnvelopeTests {
    @Test(arguments: [0, 1, 255, 256, 0xDEAD_BEEF, UInt32.max])
    func bytesAreReadBack(connection: UInt32) throws {
        let envelope = Envelope(.frame, connection: connection, payload: [0, 255, 7])
        #expect(try Envelope(bytes: envelope.bytes) == envelope)
    }

    @Test(arguments: [[], [3], [3, 0, 0, 0], [0, 0, 0, 0, 0], [5, 0, 0, 0, 0], [255, 1, 2, 3, 4, 5]] as [[UInt8]])
    func otherBytesAreMalformed(bytes: [UInt8]) {
        #expect(throws: Refusal.malformedEnvelope) { try Envelope(bytes: bytes) }
    }

    @Test func aGreetingNamesASideAndAName() throws {
        #expect(try Greeting(Greeting(.phone, "studio").envelope) == Greeting(.phone, "studio"))
        for text in ["", "phone", "phone ", "tablet studio", "phone my studio", " "] {
            #expect(throws: Refusal.malformedEnvelope) { try Greeting(Envelope(.hello, payload: text.utf8)) }
        }
        #expect(throws: Refusal.malformedEnvelope) { try Greeting(Envelope(.frame, payload: "phone studio".utf8)) }
        for payload in [[0xFF, 0xFE], Array("phone ".utf8) + [0xFF]] as [[UInt8]] {
            #expect(throws: Refusal.malformedEnvelope) { try Greeting(Envelope(.hello, payload: payload)) }
        }
        #expect(try Greeting(Envelope(.hello, payload: "phone \u{301}".utf8)).name == "\u{301}")
    }
}
