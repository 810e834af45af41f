/// The label `error_type`: empty for a success, a status that is a failure, or a ``RequestError``.
///
/// One byte, so that lookups compare it without its text.
struct ErrorType: LabelValue, Equatable {
    private let code: UInt8

    private init(code: UInt8) {
        self.code = code
    }

    static let none = ErrorType(code: 0)

    init(_ error: RequestError) {
        code = UInt8(1 + (RequestError.allCases.firstIndex(of: error) ?? 0))
    }

    /// The type of an HTTP status. A status of 500 or more is a failure. The statuses 400 to 499 are mistakes of the
    /// client, and no failures of the server.
    ///
    /// https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status
    init(httpStatus status: UInt16) {
        code = (500...599).contains(status) ? Self.firstHTTP + UInt8(status - 500) : 0
    }

    init(_ status: RPCStatus) {
        code = status.isServerError ? Self.firstRPC + status.code : 0
    }

    private static let firstHTTP: UInt8 = 100
    private static let firstRPC: UInt8 = 200

    var labelText: String {
        switch code {
        case Self.firstRPC...: RPCStatus(code: Int(code - Self.firstRPC)).rawValue
        case Self.firstHTTP...: String(500 + Int(code - Self.firstHTTP))
        case 1...: RequestError.allCases[min(Int(code) - 1, RequestError.allCases.count - 1)].rawValue
        default: ""
        }
    }
}
