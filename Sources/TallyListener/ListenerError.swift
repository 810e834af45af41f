/// Why a listener could not start, or stopped by itself.
public struct ListenerError: Error, Sendable, CustomStringConvertible {
    /// The kind of a ``ListenerError``; more may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The name of the code, as its static member is called.
        public let description: String

        /// The host is reachable from other machines, and the listener was not told that this is wanted.
        public static let notLoopback = Code(description: "notLoopback")

        /// Another socket already listens there.
        public static let addressInUse = Code(description: "addressInUse")

        /// The host does not resolve, the system refused the address or port, or it closed the listening socket.
        public static let cannotBind = Code(description: "cannotBind")

        /// A limit, the port or a route makes no sense; nothing was opened.
        public static let invalidConfiguration = Code(description: "invalidConfiguration")
    }

    /// What to switch over.
    public let code: Code

    /// One sentence for an operator: it names the address, limit or path at fault.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
