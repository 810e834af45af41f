/// The type of a component in the IETF draft's format.
///
/// https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06#section-4.2
public struct HealthComponentType: Sendable, Hashable, CustomStringConvertible {
    /// The value of the draft's `componentType`.
    public let description: String

    /// Creates a type that the draft does not define: a term of a public vocabulary such as schema.org, or a URI.
    public init(_ description: String) {
        self.description = description
    }

    /// A part of the service, or a service that it depends on.
    public static let component = HealthComponentType("component")
    /// A database, a cache, or a queue.
    public static let datastore = HealthComponentType("datastore")
    /// The process, or the machine it runs on.
    public static let system = HealthComponentType("system")
}
