import NIOCore
import RelayCore

/// Envelopes, each prefixed with its length (4 bytes, big endian).
struct EnvelopeCodec: NIOSingleStepByteToMessageDecoder, MessageToByteEncoder {
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = Envelope

    static let maxLength = 1 << 20

    mutating func decode(buffer: inout ByteBuffer) throws -> ByteBuffer? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
        // The length is a claim: nothing is reserved for it.
        guard length <= Self.maxLength else { throw Refusal.malformedEnvelope }
        return buffer.readLengthPrefixedSlice(as: UInt32.self)
    }

    mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> ByteBuffer? {
        try decode(buffer: &buffer)
    }

    func encode(data: Envelope, out: inout ByteBuffer) throws {
        try out.writeLengthPrefixed(as: UInt32.self) { $0.writeBytes(data.bytes) }
    }
}
