/// An event that a listener reports to `onError`, such as a rejected request or a failed handler.
///
/// Each kind is reported at most once a second, with the number of events since its last report. A flood of bad
/// requests therefore does not become a flood of log lines.
public struct ListenerReport: Sendable, CustomStringConvertible {
    /// The kind of event; more may be added.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The name of the kind's static member.
        public let description: String
        /// The problem and the remedy, for a report without an error.
        let problem: String

        private init(_ description: String, _ problem: String) {
            self.description = description
            self.problem = problem
        }

        /// A connection exceeded `maxConnections` while all others had requests to answer. The listener answered 503
        /// and closed it.
        public static let connectionRefused = Kind(
            "connectionRefused",
            "all connections had requests to answer; look for handlers that hang, or raise maxConnections"
        )

        /// The listener closed the connection that had waited longest for a request, to make room for a new one.
        public static let connectionEvicted = Kind(
            "connectionEvicted",
            "the longest idle connection made room for another; lower idleTimeout, or raise maxConnections"
        )

        /// A request was malformed, exceeded a limit, or had an unsupported expectation. The listener answered 400,
        /// 413, 417 or 431.
        public static let requestRejected = Kind(
            "requestRejected",
            "a request was malformed or exceeded a limit; look for a scanner, or raise maxHeaderBytes"
        )

        /// A request named a host that this listener does not serve. The listener answered 421.
        public static let hostRejected = Kind(
            "hostRejected",
            "a request named a host that is not served; add it to allowedHosts if it is yours"
        )

        /// A header did not arrive within `headerTimeout`. The listener answered 408.
        public static let headerTimedOut = Kind(
            "headerTimedOut",
            "a header did not arrive within headerTimeout; look for a slow client if it repeats"
        )

        /// A request took longer than `requestTimeout`. The listener answered 408 if the body had not arrived, 503 if
        /// the response had not begun, and otherwise reset the connection.
        public static let requestTimedOut = Kind(
            "requestTimedOut",
            "a request took longer than requestTimeout; look for handlers that hang and slow clients"
        )

        /// A route's handler threw ``ListenerReport/error``. The listener answered 500.
        public static let handlerFailed = Kind(
            "handlerFailed",
            "a route's handler threw; correct the handler"
        )

        /// A file with a certificate or key changed, and cannot be used because of ``ListenerReport/error``. The
        /// listener keeps the certificate that it has.
        public static let certificateRejected = Kind(
            "certificateRejected",
            "a changed certificate or key cannot be used; correct the file"
        )

        /// The system could not accept connections because of ``ListenerReport/error``. The listener tries again after
        /// a second.
        public static let acceptFailed = Kind(
            "acceptFailed",
            "the system could not accept connections; look for a limit on open files"
        )
    }

    /// The kind of event.
    public let kind: Kind

    /// The number of events of this kind since its last report.
    public let count: Int

    /// The last error that caused the event, if there is one.
    public let error: (any Error)?

    /// One line for a log, without anything that a client sent.
    public var description: String {
        "\(kind)\(count > 1 ? " (\(count) times)" : ""): \(error.map { "\($0)" } ?? kind.problem)"
    }
}
