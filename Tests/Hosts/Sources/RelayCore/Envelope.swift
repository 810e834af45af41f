/// A message on the wire: a kind (1 byte), a phone's connection (4 bytes, big endian) and a payload.
package struct Envelope: Equatable, Sendable {
    package enum Kind: UInt8, Sendable {
        /// A client's first message. The payload is `binary NAME` or `phone NAME`.
        case hello = 1
        /// From the relay: the hello was accepted, and this is the connection's number.
        case welcome = 2
        /// Bytes to or from a phone. A binary names the phone; a phone's own number is implied.
        case frame = 3
        /// From the relay: the payload is a refusal, such as `missing_peer`.
        case refusal = 4
    }

    package var kind: Kind
    package var connection: UInt32
    package var payload: [UInt8]

    package init(_ kind: Kind, connection: UInt32 = 0, payload: some Sequence<UInt8> = []) {
        self.kind = kind
        self.connection = connection
        self.payload = Array(payload)
    }

    package init(bytes: [UInt8]) throws(Refusal) {
        guard bytes.count >= 5, let kind = Kind(rawValue: bytes[0]) else { throw .malformedEnvelope }
        self.init(
            kind,
            connection: bytes[1..<5].reduce(0) { $0 << 8 | UInt32($1) },
            payload: bytes[5...]
        )
    }

    package var bytes: [UInt8] {
        [kind.rawValue] + (0..<4).map { UInt8(truncatingIfNeeded: connection >> (24 - 8 * $0)) } + payload
    }
}
