import Tally

/// The reason why the gateway refused a command. Sent as `ERROR refused_token`, for example, and counted.
enum Refusal: String, Error, LabelSet, LabelValue, CaseIterable {
    case accountsUnavailable = "accounts_unavailable"
    case badName = "bad_name"
    case lineTooLong = "line_too_long"
    case malformedCommand = "malformed_command"
    case nameTaken = "name_taken"
    case noGame = "no_game"
    case refusedToken = "refused_token"
    case silent
    case slow
    case tooManyConnections = "too_many_connections"
    case unauthenticated

    static let schema: [Label<Self>] = [Label("reason", \.self)]
}
