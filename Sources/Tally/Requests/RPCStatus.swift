/// A status of gRPC: the label `rpc_status_code`.
///
/// https://github.com/grpc/grpc/blob/master/doc/statuscodes.md
public enum RPCStatus: String, LabelValue, CaseIterable {
    /// The call succeeded.
    case ok = "OK"
    /// The call was cancelled, typically by the client.
    case cancelled = "CANCELLED"
    /// An error of another system, or without details.
    case unknown = "UNKNOWN"
    /// The client passed an invalid argument.
    case invalidArgument = "INVALID_ARGUMENT"
    /// The deadline passed first.
    case deadlineExceeded = "DEADLINE_EXCEEDED"
    /// The entity does not exist.
    case notFound = "NOT_FOUND"
    /// The entity exists already.
    case alreadyExists = "ALREADY_EXISTS"
    /// The client may not do this.
    case permissionDenied = "PERMISSION_DENIED"
    /// A quota or a resource is exhausted.
    case resourceExhausted = "RESOURCE_EXHAUSTED"
    /// The system is not in a state for this.
    case failedPrecondition = "FAILED_PRECONDITION"
    /// The operation was aborted, typically by a conflict.
    case aborted = "ABORTED"
    /// The argument is beyond the valid range.
    case outOfRange = "OUT_OF_RANGE"
    /// The server does not have the method.
    case unimplemented = "UNIMPLEMENTED"
    /// An invariant of the server is broken.
    case `internal` = "INTERNAL"
    /// The service is unavailable for now.
    case unavailable = "UNAVAILABLE"
    /// Data is lost or corrupt.
    case dataLoss = "DATA_LOSS"
    /// The client is not authenticated.
    case unauthenticated = "UNAUTHENTICATED"

    /// The status of a number, 0 to 16. Any other number is ``unknown``.
    public init(code: Int) {
        self = Self.allCases.indices.contains(code) ? Self.allCases[code] : .unknown
    }

    /// The number of the status. The cases are in the order of the numbers.
    var code: UInt8 { UInt8(Self.allCases.firstIndex(of: self) ?? 2) }

    /// True if the status is an error of the server.
    ///
    /// https://opentelemetry.io/docs/specs/semconv/rpc/grpc/#server
    var isServerError: Bool {
        switch self {
        case .unknown, .deadlineExceeded, .unimplemented, .internal, .unavailable, .dataLoss: true
        default: false
        }
    }
}
