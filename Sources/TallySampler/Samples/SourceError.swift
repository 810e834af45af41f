/// Why a source, or one of its targets, gave no sample.
public struct SourceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reason, as a label's value: a small set.
    public struct Reason: Hashable, Sendable, CustomStringConvertible {
        /// The reason's name: `[a-z_]+`.
        public let description: String

        /// There is nobody to ask: no socket, no such file.
        public static let unavailable = Reason(description: "unavailable")
        /// This process may not ask.
        public static let forbidden = Reason(description: "forbidden")
        /// No answer in time.
        public static let timeout = Reason(description: "timeout")
        /// The answer says that it failed.
        public static let refused = Reason(description: "refused")
        /// The answer cannot be read, or is larger than any sane one.
        public static let malformed = Reason(description: "malformed")
        /// A call of the system has not come back for some seconds, as on a dead network file system; it is not made
        /// again before it does.
        package static let stuck = Reason(description: "stuck")
        /// A value that cannot be, such as more CPU time than there is. It is left out.
        package static let implausible = Reason(description: "implausible")
        /// There are more than a source takes.
        package static let limit = Reason(description: "limit")
        /// Any other error, as of a host's own source.
        public static let failed = Reason(description: "failed")
    }

    package let reason: Reason
    package let message: String

    /// An error of these parts.
    public init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// The reason and the message.
    public var description: String { "\(reason): \(message)" }
}
