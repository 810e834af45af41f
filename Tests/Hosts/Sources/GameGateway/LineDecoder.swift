import NIOCore

/// Lines of at most 512 bytes.
struct LineDecoder: NIOSingleStepByteToMessageDecoder {
    typealias InboundOut = String

    private static let limit = 512

    mutating func decode(buffer: inout ByteBuffer) throws -> String? {
        let length = buffer.readableBytesView.prefix { $0 != UInt8(ascii: "\n") }.count
        guard length <= Self.limit else { throw Refusal.lineTooLong }
        guard length < buffer.readableBytes, let line = buffer.readString(length: length) else { return nil }
        buffer.moveReaderIndex(forwardBy: 1)
        return line.last == "\r" ? String(line.dropLast()) : line
    }

    mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> String? {
        try decode(buffer: &buffer)
    }
}
