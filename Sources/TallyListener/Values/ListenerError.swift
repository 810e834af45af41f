/// The reason a listener could not start, or stopped without being cancelled.
public struct ListenerError: Error, Sendable, CustomStringConvertible {
    /// The kind of a ``ListenerError``; more may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The name of the code's static member.
        public let description: String
        /// Other machines can reach the host, and `allowsNonLoopback` is false.
        public static let notLoopback = Code(description: "notLoopback")
        /// Another socket already listens on the address.
        public static let addressInUse = Code(description: "addressInUse")
        /// The host does not resolve, the system refused the address, a file other than a socket has a Unix domain
        /// socket's path, or the system closed the listening socket.
        public static let cannotBind = Code(description: "cannotBind")
        /// A limit, an address, the authorization or a route is invalid. Nothing was opened.
        public static let invalidConfiguration = Code(description: "invalidConfiguration")
        /// A file with a certificate or key cannot be read or used.
        public static let unusableCertificate = Code(description: "unusableCertificate")
    }

    /// The kind of error, for use in a `switch`.
    public let code: Code

    /// One sentence for an operator that names the address, limit or path at fault.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
