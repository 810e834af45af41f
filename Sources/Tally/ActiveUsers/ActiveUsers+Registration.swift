extension ActiveUsers {
    /// Registers a count of active users without labels of its own, or returns the registered one of the same
    /// definition. Traps if a parameter is invalid, or if the name has another definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name.
    ///   - help: A sentence about the users. Tally appends a warning against adding up windows or instances.
    ///   - windows: 1 to 16 windows in ascending order.
    ///   - key: The key for hashing identifiers. If it is nil, each registration has a random one. Instances whose
    ///     sketches are merged need the same key.
    ///   - maxUsers: The maximum number of users that are counted exactly.
    ///   - closedHours: The number of closed hours that ``hourlySketches()`` retains: 48 by default, 8,784 at most.
    ///     Zero retains none. An hour takes at most 16 KiB.
    ///   - registry: The registry that exposes the counts.
    public init(
        _ name: StaticString,
        help: String,
        windows: [Window],
        key: HashKey? = nil,
        maxUsers: Int = 10_000_000,
        closedHours: Int = 48,
        in registry: MetricRegistry
    ) {
        self = RegistrationError.trapping { () throws(RegistrationError) in
            try Self(Self.request("\(name)", help, windows, key, maxUsers, closedHours), in: registry)
        }
    }

    /// Registers active users whose name or windows are known only at run time. Throws instead of trapping.
    public init(
        validating name: String,
        help: String,
        windows: [Window],
        key: HashKey? = nil,
        maxUsers: Int = 10_000_000,
        closedHours: Int = 48,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        try self.init(Self.request(name, help, windows, key, maxUsers, closedHours), in: registry)
    }

    /// Registers a family of active users whose label names are known only at run time. The label name `window` is
    /// reserved. By default, children retain no closed hours.
    public static func family(
        validating name: String,
        help: String,
        labelNames: [String],
        windows: [Window],
        key: HashKey? = nil,
        maxUsers: Int = 10_000_000,
        closedHours: Int = 0,
        maxChildren: Int = 1_000,
        reserved: [[String]] = [],
        in registry: MetricRegistry
    ) throws(RegistrationError) -> DynamicFamily<Self> {
        var request = try request(name, help, windows, key, maxUsers, closedHours, maxChildren)
        request.labelNames = labelNames
        return try family(request, reserved, in: registry)
    }

    fileprivate static func request(
        _ name: String,
        _ help: String,
        _ windows: [Window],
        _ key: HashKey?,
        _ maxUsers: Int,
        _ closedHours: Int,
        _ maxChildren: Int = 1_000
    ) throws(RegistrationError) -> FamilyRequest {
        let advice = "Windows overlap and instances share users: never add counts, merge sketches."
        let help = help.isEmpty ? advice : "\(help) \(advice)"
        let settings = try UserSettings(windows, key, maxUsers, closedHours, for: name)
        return FamilyRequest(name, help, layout(settings), maxChildren: maxChildren)
    }
}

extension Family where Child == ActiveUsers {
    /// Records that a user of a label set is active now. Empty identifiers are ignored.
    public func record(_ identifier: String, for labels: Labels) { self[labels].record(identifier) }

    /// Registers counts of active users by plan or another label, or returns the registered family of the same
    /// definition. Traps if a parameter is invalid, or if the name has another definition.
    ///
    /// In addition to its users, each child takes 35 KiB, and 4 bytes for each tick of the longest window (40 KiB for
    /// seven days in minutes). A user who is recorded under several children counts in each.
    ///
    /// All children share the key. The label name `window` is reserved. `maxUsers` and `closedHours` apply to each
    /// child: it retains no closed hours by default, where ``ActiveUsers`` without labels retains 48. The parameters
    /// are those of ``ActiveUsers`` and ``Family``.
    public init(
        _ name: StaticString,
        help: String,
        windows: [Window],
        key: HashKey? = nil,
        maxUsers: Int = 10_000_000,
        closedHours: Int = 0,
        maxChildren: Int = 1_000,
        reserved: [Labels] = [],
        in registry: MetricRegistry
    ) {
        self = RegistrationError.trapping { () throws(RegistrationError) in
            let request = try Child.request("\(name)", help, windows, key, maxUsers, closedHours, maxChildren)
            return try Self(request, reserved, in: registry)
        }
    }

    /// Registers a family of active users whose name or windows are known only at run time. Throws instead of trapping.
    public init(
        validating name: String,
        help: String,
        windows: [Window],
        key: HashKey? = nil,
        maxUsers: Int = 10_000_000,
        closedHours: Int = 0,
        maxChildren: Int = 1_000,
        reserved: [Labels] = [],
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        let request = try Child.request(name, help, windows, key, maxUsers, closedHours, maxChildren)
        try self.init(request, reserved, in: registry)
    }
}
