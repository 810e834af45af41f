/// An error that prevents the creation of a ``HashKey``. Its text reveals nothing of the key.
public struct HashKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A sentence that describes the mistake.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
