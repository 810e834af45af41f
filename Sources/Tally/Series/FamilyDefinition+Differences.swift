// The fields that two registrations of one name must agree on. One list, so that whatever makes them conflict is also reported.

extension FamilyDefinition {
    private struct Field: Sendable {
        /// Returns a text if the two differ: the field's name and both values.
        let difference: @Sendable (_ old: FamilyDefinition, _ new: FamilyDefinition) -> String?

        init<Value: Equatable & SendableMetatype>(
            _ name: String,
            _ value: @escaping @Sendable (FamilyDefinition) -> Value,
            as text: @escaping @Sendable (Value) -> String
        ) {
            difference = { old, new in
                let (old, new) = (value(old), value(new))
                return old == new ? nil : FamilyDefinition.difference(name, text(old), text(new))
            }
        }
    }

    /// `another limit: 1000, now 5`. Long texts are truncated.
    static func difference(_ name: String, _ old: String, _ new: String) -> String {
        "another \(name): \(LabelTextWriter.cut(old)), now \(LabelTextWriter.cut(new))"
    }

    private static let fields: [Field] = [
        Field("help", { ByteName($0.help) }, as: \.text.debugDescription),
        Field("type", \.kind, as: \.phrase),
        Field("label names", { $0.labelNames.map(ByteName.init) }, as: { "\($0.map(\.text))" }),
        Field("buckets", \.bounds.array, as: { "\($0)" }),
        Field("windows", { $0.users?.windows }, as: { $0.map { "\($0.windows)" } ?? "none" }),
        Field("states", { $0.stateTexts.map(ByteName.init) }, as: { "\($0.map(\.text))" }),
        // A key is a secret.
        Field("key", { KeyChoice(of: $0.users) }, as: \.text),
        Field("user capacity", { $0.users?.maxUsers }, as: { $0.map { "\($0)" } ?? "none" }),
        Field("number of closed hours", { $0.users?.closedHours }, as: { $0.map { "\($0)" } ?? "none" }),
        Field("limit", \.maxChildren, as: { "\($0)" }),
        Field("idle timeout", \.idleTimeout, as: { $0.map { "\($0)" } ?? "none" }),
        Field("contention", \.stripes, as: { $0 == 1 ? "not contended" : "contended" }),
    ]

    private var stateTexts: [String] { kind == .stateSet ? parts.values : [] }

    /// The differences that keep another registration of the name from sharing this family; empty if they agree.
    func differences(from other: FamilyDefinition) -> [String] {
        Self.fields.compactMap { $0.difference(self, other) }
    }
}

/// The key of active users. Random ones differ, and yet are the same choice.
private struct KeyChoice: Equatable {
    private let given: HashKey?
    let text: String

    init(of users: UserSettings?) {
        given = users.flatMap { $0.isKeyShared ? $0.key : nil }
        text = users.map { $0.isKeyShared ? "a given one" : "a random one" } ?? "none"
    }
}

extension MetricRegistry.RegisteredFamily {
    /// The differences that keep a registration with this definition and source of values from sharing this family.
    func differences(from other: Self, as definition: FamilyDefinition) -> [String] {
        var differences = storage.definition.differences(from: definition)
        if source != other.source {
            differences.append(FamilyDefinition.difference("source of values", source, other.source))
        }
        return differences
    }

    private var source: String {
        collector != nil ? "a collector" : observe != nil ? "a closure" : "handles"
    }
}

extension MetricKind {
    fileprivate var phrase: String {
        switch self {
        case .counter: "counter"
        case .floatCounter: "counter with fractions"
        case .gauge: "gauge"
        case .histogram: "histogram"
        case .info: "info"
        case .activeUsers: "active users"
        case .stateSet: "state set"
        }
    }
}
