import NIOCore
import NIOWebSocket

/// Assembles a client's frames into messages, by the rules of RFC 6455 that SwiftNIO leaves to its user.
struct MessageReader {
    enum Event {
        case message(WebSocketFrame)
        case ping(ByteBuffer)
        case pong
        case close(WebSocketErrorCode)
        /// The beginning of a message.
        case fragment
    }

    struct Violation: Error {
        let kind: ClientError
        let code: WebSocketErrorCode

        static let malformed = Violation(kind: .malformed, code: .protocolError)
        static let oversized = Violation(kind: .oversized, code: .messageTooLarge)
        static let invalidText = Violation(kind: .invalidText, code: .dataInconsistentWithMessage)
    }

    static let maxBytes = 1 << 16
    /// The message so far, and its type.
    private var message: (opcode: WebSocketOpcode, data: ByteBuffer)?

    mutating func read(_ frame: WebSocketFrame) throws(Violation) -> Event {
        // https://www.rfc-editor.org/rfc/rfc6455#section-5.1 and #section-5.2
        guard frame.maskKey != nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else { throw .malformed }
        switch frame.opcode {
        case .ping: return .ping(frame.unmaskedData)
        case .pong: return .pong
        case .connectionClose: return .close(try Self.code(of: frame.unmaskedData))
        case .text where message == nil, .binary where message == nil:
            message = (frame.opcode, ByteBuffer())
            return try append(frame)
        case .continuation where message != nil: return try append(frame)
        default: throw .malformed
        }
    }

    private mutating func append(_ frame: WebSocketFrame) throws(Violation) -> Event {
        guard let (opcode, beginning) = message else { throw .malformed }
        var data = beginning
        data.writeImmutableBuffer(frame.unmaskedData)
        guard data.readableBytes <= Self.maxBytes else { throw .oversized }
        guard frame.fin else {
            message = (opcode, data)
            return .fragment
        }
        message = nil
        guard opcode != .text || String(validating: data.readableBytesView, as: UTF8.self) != nil else {
            throw .invalidText
        }
        return .message(WebSocketFrame(fin: true, opcode: opcode, data: data))
    }

    /// The code to answer a close frame with: its own. https://www.rfc-editor.org/rfc/rfc6455#section-7.4
    private static func code(of payload: ByteBuffer) throws(Violation) -> WebSocketErrorCode {
        var payload = payload
        guard payload.readableBytes > 0 else { return .normalClosure }
        guard let code: UInt16 = payload.readInteger() else { throw .malformed }
        guard String(validating: payload.readableBytesView, as: UTF8.self) != nil else { throw .invalidText }
        switch code {
        case 1000...1003, 1007...1011, 3000...4999: return WebSocketErrorCode(codeNumber: Int(code))
        default: throw .malformed
        }
    }
}
