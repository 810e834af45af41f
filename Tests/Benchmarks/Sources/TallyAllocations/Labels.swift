import Tally

enum Direction: String, LabelSet, LabelValue, CaseIterable {
    case up, down
    static let schema: [Label<Self>] = [Label("direction", \.self)]
}

struct Route: LabelSet {
    enum Method: String, LabelValue {
        case get = "GET"
        case post = "POST"
    }
    enum Outcome: String, LabelValue { case ok, error }
    var method: Method
    var outcome: Outcome
    static let schema: [Label<Self>] = [Label("method", \.method), Label("outcome", \.outcome)]
}

struct User: LabelSet {
    var path: String
    var user: String
    static let schema: [Label<Self>] = [Label("path", \.path), Label("user", \.user)]
}

enum Phase: String, LabelValue, CaseIterable { case starting, serving, draining }

/// States that are not an enum, and are compared one by one.
struct Shard: CaseIterable, Equatable, LabelValue {
    var name: String
    var labelText: String { name }
    static let allCases = (0..<20).map { Shard(name: "a shard with a long name, number \($0)") }
}
