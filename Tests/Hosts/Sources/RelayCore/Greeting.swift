/// The contents of a hello: the connection's side, and the name under which the two sides find each other.
package struct Greeting: Equatable, Sendable {
    package enum Side: String, Sendable { case binary, phone }

    package var side: Side
    package var name: String

    package init(_ side: Side, _ name: String) {
        self.side = side
        self.name = name
    }

    package init(_ envelope: Envelope) throws(Refusal) {
        let words = String(decoding: envelope.payload, as: UTF8.self).split(separator: " ")
        guard envelope.kind == .hello, words.count == 2, let side = Side(rawValue: String(words[0])) else {
            throw .malformedEnvelope
        }
        self.init(side, String(words[1]))
    }

    package var envelope: Envelope { Envelope(.hello, payload: "\(side.rawValue) \(name)".utf8) }
}
