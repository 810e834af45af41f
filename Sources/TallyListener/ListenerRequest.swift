/// What a host's route sees of a request; its body, if it had one, was discarded.
public struct ListenerRequest: Sendable {
    /// The path of the route.
    public let path: String

    /// What stood behind the first `?` of the target, still percent-encoded; `nil` if there was none.
    public let query: String?

    private let headers: [(name: String, value: String)]

    /// A request of these parts, for tests of a handler.
    public init(path: String, query: String? = nil, headers: [(name: String, value: String)] = []) {
        self.path = path
        self.query = query
        self.headers = headers
    }

    /// The values of a header field joined with `", "`, or `nil` if it was not sent. ASCII case does not matter.
    ///
    /// - Complexity: O(*n*) in the number of header fields.
    public func header(_ name: String) -> String? {
        let values = headers.filter { Self.areEqual($0.name, name) }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    private static func areEqual(_ one: String, _ other: String) -> Bool {
        one.utf8.elementsEqual(other.utf8) { $0 == $1 || lowered($0) == lowered($1) }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
