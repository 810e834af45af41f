/// The failure of a source, of a part of it, or of one of its targets.
public struct SourceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reason for a failure, one of a small set, which becomes a label value.
    public struct Reason: Hashable, Sendable, CustomStringConvertible {
        /// The reason's name: `[a-z_]+`.
        public let description: String

        /// There is no such socket or file.
        public static let unavailable = Reason(description: "unavailable")
        /// This process lacks permission.
        public static let forbidden = Reason(description: "forbidden")
        /// No answer in time.
        public static let timeout = Reason(description: "timeout")
        /// The answer reports an error.
        public static let refused = Reason(description: "refused")
        /// The answer cannot be parsed, or is too large.
        public static let malformed = Reason(description: "malformed")
        /// A system call has hung for seconds, as on a dead network file system. It is not repeated until it returns.
        package static let stuck = Reason(description: "stuck")
        /// An impossible value, such as more CPU time than all cores could provide. It is omitted.
        package static let implausible = Reason(description: "implausible")
        /// There are more items than the source reads.
        package static let limit = Reason(description: "limit")
        /// Any other error, such as one thrown by your own source.
        public static let failed = Reason(description: "failed")
    }

    package let reason: Reason
    package let message: String
    /// The part that failed, such as a file's path, or an empty string.
    private let part: String

    /// Creates an error.
    public init(_ reason: Reason, _ message: String) {
        self.init(reason, message, part: "")
    }

    package init(_ reason: Reason, _ message: String, part: String) {
        self.reason = reason
        self.message = message
        self.part = part
    }

    /// The same for all errors of a reason that concern the same part, or have the same message except for numbers.
    var identity: String { "\(reason) \(part.isEmpty ? message.filter { !$0.isNumber } : part)" }

    /// The reason and the message.
    public var description: String { "\(reason): \(message)" }
}
