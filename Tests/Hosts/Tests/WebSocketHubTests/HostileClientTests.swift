import HostsTestSupport
import NIOCore
import NIOWebSocket
import Testing

@testable import websocket_hub

/// The hub survives clients on real connections that vanish, stall or violate the protocol.
@Suite(.timeLimit(.minutes(10)))
struct HostileClientTests {
    /// A frame that the protocol forbids, and the hub's answer to it.
    struct Offence: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kind: ClientError
        let code: WebSocketErrorCode
        let commit: @Sendable (SocketClient) async throws -> Void

        init(
            _ testDescription: String,
            _ kind: ClientError,
            _ code: WebSocketErrorCode,
            commit: @escaping @Sendable (SocketClient) async throws -> Void
        ) {
            (self.testDescription, self.kind, self.code, self.commit) = (testDescription, kind, code, commit)
        }
    }

    static let offences = [
        Offence("unmasked", .malformed, .protocolError) { try await $0.send(.text, isMasked: false) },
        Offence("reserved bit", .malformed, .protocolError) { try await $0.send(.text, rsv1: true) },
        Offence("reserved opcode", .malformed, .protocolError) { client in
            try await client.send(try #require(WebSocketOpcode(encodedWebSocketOpcode: 3)))
        },
        Offence("continuation of nothing", .malformed, .protocolError) { try await $0.send(.continuation) },
        Offence("message within a message", .malformed, .protocolError) { client in
            try await client.send(.text, fin: false)
            try await client.send(.text)
        },
        Offence("ping in fragments", .malformed, .protocolError) { try await $0.send(.ping, fin: false) },
        Offence("long ping", .malformed, .protocolError) { client in
            try await client.send(.ping, ByteBuffer(repeating: 0, count: 126))
        },
        Offence("half a close code", .malformed, .protocolError) { client in
            try await client.send(.connectionClose, ByteBuffer(bytes: [3]))
        },
        Offence("impossible close code", .malformed, .protocolError) { try await $0.sendClose(1005) },
        Offence("text that is not UTF-8", .invalidText, .dataInconsistentWithMessage) { client in
            try await client.send(.text, ByteBuffer(bytes: [0xFF]))
        },
        Offence("large frame", .oversized, .messageTooLarge) { client in
            try await client.send(.binary, ByteBuffer(repeating: 0, count: 1 << 20))
        },
        Offence("large message in fragments", .oversized, .messageTooLarge) { client in
            try await client.send(.binary, ByteBuffer(repeating: 0, count: 40_000), fin: false)
            try await client.send(.continuation, ByteBuffer(repeating: 0, count: 40_000), fin: false)
        },
    ]

    @Test(arguments: offences)
    func aViolationIsAnsweredAndCountedAndConcernsNobodyElse(_ offence: Offence) async throws {
        try await HubBench.run { bench in
            let (good, bad) = (try await bench.connect(), try await bench.connect())
            try await bench.wait(for: "connected_clients", toBe: 2)
            try await offence.commit(bad)
            #expect(await bad.closeCode() == offence.code)
            try await bench.wait(for: "disconnections_total", toBe: 1)
            #expect(try bench.value("client_errors_total", ["kind": offence.kind.rawValue]) == 1)
            try await good.send("still here")
            #expect(await good.nextText() == "still here")
            #expect(try bench.value("connected_clients") == 1)
        }
    }

    @Test func aClientThatVanishesAmidBroadcastsIsRemovedOnce() async throws {
        try await HubBench.run { bench in
            let (sender, victim) = (try await bench.connect(), try await bench.connect())
            try await bench.wait(for: "connected_clients", toBe: 2)
            try await victim.channel.setOption(.autoRead, value: false).get()
            for number in 0..<200 {
                try await sender.send("\(number)")
                if number == 100 { try await victim.vanish() }
                #expect(await sender.nextText() == "\(number)")
            }
            try await bench.wait(for: "disconnections_total", toBe: 1)
            #expect(try bench.value("connected_clients") == 1)
            #expect(try bench.value("connections_total") == 2)
            #expect(try bench.value("messages_total") == 200)
        }
    }

    @Test func aClientThatReadsNothingIsRemovedOnceItsQueueIsFull() async throws {
        try await HubBench.run { bench in
            let (sender, victim) = (try await bench.connect(), try await bench.connect())
            try await bench.wait(for: "connected_clients", toBe: 2)
            try await victim.channel.setOption(.autoRead, value: false).get()
            let message = ByteBuffer(repeating: 0, count: MessageReader.maxBytes)
            var sent = 0.0
            while try bench.value("client_errors_total", ["kind": "slow"]) == 0 {
                try Task.checkCancellation()
                try await sender.send(.binary, message)
                #expect(await sender.next()?.data.readableBytes == message.readableBytes)
                sent += 1
            }
            try await bench.wait(for: "connected_clients", toBe: 1)
            try await sender.send("and on")
            #expect(await sender.nextText() == "and on")
            #expect(try bench.value("client_errors_total", ["kind": "slow"]) == 1)
            #expect(try bench.value("disconnections_total") == 1)
            #expect(try bench.value("messages_total") == sent + 1)
            try? await victim.channel.close()
        }
    }

    /// A socket whose peer is gone without a word, as when its power fails.
    @Test func aHalfOpenClientIsRemovedOnceItMissesAPing() async throws {
        try await HubBench.run { bench in
            let client = try await bench.connect()
            try await bench.waitForClients(1)
            bench.clock.advance(by: ClientSession.pingInterval)
            #expect(await client.nextText() == "ping")
            try await bench.clock.waitForSleepers(1)
            bench.clock.advance(by: ClientSession.pingInterval)
            #expect(await client.next() == nil)
            try await bench.wait(for: "disconnections_total", toBe: 1)
            #expect(try bench.value("client_errors_total", ["kind": "silent"]) == 1)
        }
    }

    @Test func aClientThatAnswersPingsStays() async throws {
        try await HubBench.run { bench in
            let client = try await bench.connect()
            try await bench.waitForClients(1)
            for _ in 0..<5 {
                bench.clock.advance(by: ClientSession.pingInterval)
                #expect(await client.nextText() == "ping")
                try await client.send(.pong)
                // A message of its own comes back after the hub has read the pong.
                try await client.send("here")
                #expect(await client.nextText() == "here")
                try await bench.clock.waitForSleepers(1)
            }
            #expect(try bench.value("connected_clients") == 1)
        }
    }

    @Test func aConnectionWithoutAHandshakeIsClosedInTime() async throws {
        try await HubBench.run { bench in
            let mute = try RawConnection(port: bench.port)
            try await bench.clock.waitForSleepers(1)
            bench.clock.advance(by: HubServer.handshakePatience)
            try await bench.wait(for: "client_errors_total", ["kind": "handshake"], toBe: 1)
            #expect(try await mute.read() == "")
            #expect(try bench.value("connections_total") == 0)
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "426"),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n", "426"),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", "426"),
    ])
    func aRequestThatIsNoHandshakeIsAnsweredAndCounted(_ request: String, _ status: String) async throws {
        try await HubBench.run { bench in
            let connection = try RawConnection(port: bench.port)
            try connection.send(request)
            let answer = try await connection.read()
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
            try await bench.wait(for: "client_errors_total", ["kind": "handshake"], toBe: 1)
            #expect(try bench.value("connections_total") == 0)
        }
    }

    @Test func whatIsNoHTTPIsAnsweredAndClosedInTime() async throws {
        try await HubBench.run { bench in
            let connection = try RawConnection(port: bench.port)
            try await bench.clock.waitForSleepers(1)
            try connection.send("\u{1}\u{2}\u{3}\r\n\r\n")
            let answer = try await connection.read(until: "\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
            bench.clock.advance(by: HubServer.handshakePatience)
            try await bench.wait(for: "client_errors_total", ["kind": "handshake"], toBe: 1)
            #expect(try await connection.read() == "")
        }
    }
}
