/// An encoded registry: what a `/metrics` route answers.
public struct Exposition: Sendable, Hashable {
    /// The bytes.
    public let body: [UInt8]
    /// What they are.
    public let format: ExpositionFormat

    /// The value of the Content-Type header. Prometheus 3 rejects a body without it.
    public var contentType: String { format.contentType }
}
