import Tally

/// The kinds of people's accounts. A robot's account has no kind, because operators count people.
enum AccountKind: String, LabelSet, LabelValue, CaseIterable {
    case guest
    case member

    static let schema: [Label<Self>] = [Label("kind", \.self)]
}
