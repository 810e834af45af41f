import NIOCore
import NIOWebSocket

/// A connection from its handshake to its end.
struct ClientSession: Sendable {
    typealias Socket = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    let socket: Socket
    let hub: Hub
    let clock: any Clock<Duration>

    /// The time between pings. A client that sends nothing between two pings is disconnected.
    static let pingInterval = Duration.seconds(30)
    /// The time in which a client answers a close frame.
    static let closePatience = Duration.seconds(3)

    func run() async throws {
        let client = Client(on: socket.channel)
        try await socket.executeThenClose { inbound, outbound in
            try await hub.connect(client) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await receive(inbound, from: client) }
                    group.addTask { await watch(client) }
                    for await frame in client.outgoing { try await outbound.write(frame) }
                    // The close frame is out. The peer's own, or the end of our patience, ends the session.
                    group.addTask { try await clock.sleep(for: Self.closePatience) }
                    try await group.next()
                    group.cancelAll()
                }
            }
        }
    }

    /// Reads until the peer closes, breaks the protocol or vanishes.
    private func receive(_ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>, from client: Client) async {
        var reader = MessageReader()
        do {
            for try await frame in inbound {
                client.noteAnswer()
                switch try reader.read(frame) {
                case .message(let message): hub.broadcast(message)
                case .ping(let data): hub.send(WebSocketFrame(fin: true, opcode: .pong, data: data), to: client)
                case .pong, .fragment: break
                case .close(let code): return client.close(code)
                }
            }
            client.finish()
        } catch let violation as MessageReader.Violation {
            reject(client, violation)
        } catch let error as NIOWebSocketError {
            reject(client, error == .invalidFrameLength ? .oversized : .malformed)
        } catch {
            client.finish()
        }
    }

    private func reject(_ client: Client, _ violation: MessageReader.Violation) {
        hub.metrics.errors.increment(for: violation.kind)
        client.close(violation.code)
    }

    /// Pings the client, and disconnects it if it does not answer. Its cable may be unplugged.
    private func watch(_ client: Client) async {
        while (try? await clock.sleep(for: Self.pingInterval)) != nil {
            guard client.takeAnswer() else {
                hub.metrics.errors.increment(for: .silent)
                return client.disconnect()
            }
            hub.send(WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer()), to: client)
        }
    }
}
