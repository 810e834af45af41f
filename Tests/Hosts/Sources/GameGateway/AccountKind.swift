import Tally

/// The kinds of people's accounts. A robot's account has no kind, since operators ask how many people came.
enum AccountKind: String, LabelSet, LabelValue, CaseIterable {
    case guest
    case member

    static let schema: [Label<Self>] = [Label("kind", \.self)]
}
