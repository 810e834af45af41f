/// The reason why a request or a call failed, if its response does not show it: the label `error_type`.
///
/// Throw one of these errors, or pass it to `finish`, to count a failure under its own value. A `CancellationError`
/// counts as ``cancelled``. Every other error counts as `_OTHER`, because the number of error types and texts is
/// unbounded.
///
/// https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/#error-type
public enum RequestError: String, Error, CaseIterable {
    /// The task was cancelled: `cancelled`.
    case cancelled
    /// The client closed the connection before the response was complete: `connection_closed`.
    case connectionClosed = "connection_closed"
    /// A deadline passed: `timeout`.
    case timeout
    /// The call was released before it was finished: `unfinished`.
    case unfinished
    /// Any other error: `_OTHER`.
    case other = "_OTHER"

    init(_ error: any Error) {
        if let error = error as? RequestError {
            self = error
        } else {
            self = error is CancellationError ? .cancelled : .other
        }
    }
}
