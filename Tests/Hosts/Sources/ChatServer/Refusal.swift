import HTTPTypes
import Hummingbird
import Tally

/// An error in IRC's numerics, and the label under which it is counted.
enum Refusal: String, Error, LabelSet, LabelValue, CaseIterable {
    case databaseUnavailable = "400"
    case noSuchTarget = "401"
    case lineTooLong = "417"
    case unknownCommand = "421"
    case badNick = "432"
    case nickInUse = "433"
    case unknownToken = "451"
    case missingParameters = "461"
    case wrongSecret = "464"

    static let schema: [Label<Self>] = [Label("numeric", \.self)]
}

extension Refusal: HTTPResponseError {
    var status: HTTPResponse.Status {
        switch self {
        case .databaseUnavailable: .serviceUnavailable
        case .noSuchTarget: .notFound
        case .lineTooLong: .contentTooLarge
        case .nickInUse: .conflict
        case .unknownToken, .wrongSecret: .unauthorized
        case .badNick, .unknownCommand, .missingParameters: .badRequest
        }
    }

    /// A body such as `421 :unknownCommand`.
    func response(from request: Request, context: some RequestContext) -> Response {
        Response(status: status, body: ResponseBody(byteBuffer: ByteBuffer(string: "\(rawValue) :\(self)\n")))
    }
}
