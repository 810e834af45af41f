/// The service that a document describes.
public struct ServiceInfo: Sendable, Hashable {
    /// The service's name.
    public var name: String
    /// The version or build of the running service.
    public var version: String

    /// Creates a description from a name and version. Any text is allowed. Documents truncate text beyond 1,024 bytes,
    /// and mark it.
    public init(name: String, version: String) {
        self.name = name
        self.version = version
    }
}
