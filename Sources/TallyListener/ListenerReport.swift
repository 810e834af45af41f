/// Something that a client got past, or could not get past, told to a listener's `onError`.
///
/// Each kind is reported at most once a second, with the number of those that were not reported before it, so that a
/// flood of bad requests does not become a flood of log lines.
public struct ListenerReport: Sendable, CustomStringConvertible {
    /// What happened; more may be added.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The name of the kind, as its static member is called.
        public let description: String

        /// A connection was accepted past ``ListenerLimits/maxConnections``, while all others had requests to answer. It
        /// was answered 503 and closed.
        public static let connectionRefused = Kind(description: "connectionRefused")

        /// The connection that had waited longest for a request was closed to make room for a new one.
        public static let connectionEvicted = Kind(description: "connectionEvicted")

        /// A request was not HTTP/1.1, or exceeded a limit. It was answered 400, 413, 417 or 431.
        public static let requestRejected = Kind(description: "requestRejected")

        /// A request named a host that this listener does not answer for. It was answered 421.
        public static let hostRejected = Kind(description: "hostRejected")

        /// A header did not arrive within ``ListenerLimits/headerTimeout``. It was answered 408.
        public static let headerTimedOut = Kind(description: "headerTimedOut")

        /// A response was not ready, or not read, within ``ListenerLimits/requestTimeout``. If it had not begun it was
        /// answered 503, otherwise the connection was reset.
        public static let requestTimedOut = Kind(description: "requestTimedOut")

        /// The handler of a route threw ``ListenerReport/error``. The request was answered 500.
        public static let handlerFailed = Kind(description: "handlerFailed")

        /// The system could not accept connections, for ``ListenerReport/error``. The listener tries again after a second.
        public static let acceptFailed = Kind(description: "acceptFailed")
    }

    /// What happened.
    public let kind: Kind

    /// How often, since the kind was last reported.
    public let count: Int

    /// The last error that caused it, where there is one.
    public let error: (any Error)?

    /// One line for a log. It holds nothing that a client has sent.
    public var description: String {
        "\(kind)\(count > 1 ? " (\(count) times)" : "")\(error.map { ": \($0)" } ?? "")"
    }
}
