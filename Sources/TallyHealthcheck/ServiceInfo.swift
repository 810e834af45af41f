/// Which service a document speaks of.
public struct ServiceInfo: Sendable, Hashable {
    /// The service's name.
    public var name: String
    /// The version or build that runs.
    public var version: String

    /// A service of this name and version. Any text will do; more than 1,024 bytes of it are cut, and marked, where
    /// they are shown.
    public init(name: String, version: String) {
        self.name = name
        self.version = version
    }
}
