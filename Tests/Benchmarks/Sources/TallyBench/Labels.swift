import Tally

enum Direction: String, LabelSet, LabelValue, CaseIterable {
    case phoneToBinary = "phone_to_binary"
    case binaryToPhone = "binary_to_phone"
    static let schema: [Label<Self>] = [Label("direction", \.self)]
}

struct Route: LabelSet {
    enum Method: String, LabelValue {
        case get = "GET"
        case post = "POST"
        case other
    }
    enum Outcome: String, LabelValue, CaseIterable {
        case ok
        case clientError = "client_error"
        case serverError = "server_error"
    }
    var method: Method
    var outcome: Outcome
    static let schema: [Label<Self>] = [Label("method", \.method), Label("outcome", \.outcome)]
}

struct Path: LabelSet {
    var method: Route.Method
    var path: String
    static let schema: [Label<Self>] = [Label("method", \.method), Label("path", \.path)]
}

struct Number: LabelSet {
    var number: Int
    static let schema: [Label<Self>] = [Label("number", \.number)]
}

struct User: LabelSet {
    var shard: String
    var user: String
    static let schema: [Label<Self>] = [Label("shard", \.shard), Label("user", \.user)]

    /// With the name, 63 bytes of text: `requests_by_user_total{shard="0123",user="user 00000001 of us"} `.
    static func numbered(_ index: Int) -> User {
        User(shard: String(padded(index % 1000, 4)), user: "user \(padded(index, 8)) of us")
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
