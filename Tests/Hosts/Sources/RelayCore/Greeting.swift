/// The contents of a hello: the connection's side, and the name under which the two sides find each other.
package struct Greeting: Equatable, Sendable {
    package enum Side: String, Sendable { case binary, phone }

    package let side: Side
    package let name: String
    /// The name's bytes. As strings, names that are only canonically equivalent would be equal.
    package let key: [UInt8]

    package init(_ side: Side, _ name: String) {
        self.side = side
        self.name = name
        key = Array(name.utf8)
    }

    package init(_ envelope: Envelope) throws(Refusal) {
        let words = envelope.payload.split(separator: UInt8(ascii: " ")).map { String(validating: $0, as: UTF8.self) }
        guard envelope.kind == .hello, words.count == 2, let side = words[0].flatMap(Side.init), let name = words[1]
        else { throw .malformedEnvelope }
        self.init(side, name)
    }

    package var envelope: Envelope { Envelope(.hello, payload: "\(side.rawValue) \(name)".utf8) }
}
