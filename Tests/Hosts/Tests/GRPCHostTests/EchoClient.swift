import GRPCCore
import GRPCNIOTransportHTTP2Posix

@testable import GRPCHost

/// A client of the echo service.
struct EchoClient: Sendable {
    let client: GRPCClient<HTTP2ClientTransport.Posix>

    /// Connects to a port of this machine while `body` runs.
    static func connected(to port: Int, _ body: @Sendable (EchoClient) async throws -> Void) async throws {
        let transport = try HTTP2ClientTransport.Posix(
            target: .ipv4(address: "127.0.0.1", port: port),
            transportSecurity: .plaintext
        )
        try await withGRPCClient(transport: transport) { try await body(EchoClient(client: $0)) }
    }

    /// Calls a method, and returns its status and all messages.
    func call(
        _ method: MethodDescriptor,
        _ messages: [UInt8]...,
        onMessage: @escaping @Sendable () -> Void = {}
    ) async throws -> (status: String, messages: [[UInt8]]) {
        let received = Received()
        do {
            try await client.bidirectionalStreaming(
                request: StreamingClientRequest { writer in
                    for message in messages { try await writer.write(message) }
                },
                descriptor: method,
                serializer: BytesSerializer(),
                deserializer: BytesSerializer(),
                options: .defaults
            ) { response in
                for try await message in response.messages {
                    await received.append(message)
                    onMessage()
                }
            }
        } catch let error as RPCError {
            return ("\(error.code)", await received.messages)
        }
        return ("ok", await received.messages)
    }

    private actor Received {
        var messages: [[UInt8]] = []
        func append(_ message: [UInt8]) { messages.append(message) }
    }
}
