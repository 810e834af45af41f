import GRPCCore

/// A service without protocol buffers: its messages are bytes.
struct EchoService: RegistrableRPCService {
    struct Mistake: Error {}

    enum Method: String, CaseIterable {
        /// One message back.
        case get = "Get"
        /// As many messages back as the message has bytes.
        case expand = "Expand"
        /// All messages back as one.
        case collect = "Collect"
        /// Fails with a status that blames the client.
        case refuse = "Refuse"
        /// Fails with a status that blames the server, after a first message.
        case breakOff = "BreakOff"
        /// Throws an error that is not one of gRPC's.
        case crash = "Crash"
        /// Sends messages until the client disconnects.
        case flood = "Flood"

        var descriptor: MethodDescriptor { MethodDescriptor(fullyQualifiedService: "echo.Echo", method: rawValue) }
    }

    /// The full names of all methods, for reserved label sets.
    static let methods = Method.allCases.map(\.descriptor.fullyQualifiedMethod)

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        for method in Method.allCases {
            router.registerHandler(
                forMethod: method.descriptor,
                deserializer: BytesSerializer(),
                serializer: BytesSerializer()
            ) { request, _ in
                try await Self.answer(method, request)
            }
        }
    }

    private static func answer(
        _ method: Method,
        _ request: StreamingServerRequest<[UInt8]>
    ) async throws -> StreamingServerResponse<[UInt8]> {
        var messages: [[UInt8]] = []
        for try await message in request.messages { messages.append(message) }
        let all = messages.flatMap { $0 }
        switch method {
        case .refuse: return StreamingServerResponse(error: RPCError(code: .invalidArgument, message: "Refused."))
        case .crash: throw Mistake()
        default: break
        }
        return StreamingServerResponse { writer in
            switch method {
            case .expand: for byte in all { try await writer.write([byte]) }
            case .flood: while true { try await writer.write(Array(repeating: 0, count: 16_384)) }
            case .breakOff:
                try await writer.write(all)
                throw RPCError(code: .dataLoss, message: "Broken off.")
            default: try await writer.write(all)
            }
            return [:]
        }
    }
}

/// Messages that are bytes already.
struct BytesSerializer: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] {
        bytes.withUnsafeBytes { Array($0) }
    }
}
