extension ActiveUsers {
    /// Registers active users without further labels, or finds those of the same definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name; a wrong one traps and is named.
    ///   - help: Whom it counts. That windows and instances must not be added up is put behind it.
    ///   - windows: From the shortest to the longest. None, equal, falling or not positive ones trap and are named.
    ///   - key: What identifiers are hashed under. The instances of a fleet need the same one if their sketches are to
    ///     be merged; random for each registration if there is none.
    ///   - maxUsers: How many are kept exactly.
    ///   - closedHours: For how many hours ``hourlySketches()`` goes back: at most 16 KiB each. 0 keeps none.
    ///   - registry: Where it is exposed.
    public init(
        _ name: StaticString,
        help: String,
        windows: [Window],
        key: HashKey? = nil,
        maxUsers: Int = ActiveUsers.defaultMaxUsers,
        closedHours: Int = ActiveUsers.defaultClosedHours,
        in registry: MetricRegistry
    ) {
        self = RegistrationError.trapping { () throws(RegistrationError) in
            try Self(Self.request("\(name)", help, windows, key, maxUsers, closedHours), in: registry)
        }
    }

    /// Registers active users whose name or windows come at run time.
    public init(
        validating name: String,
        help: String,
        windows: [Window],
        key: HashKey? = nil,
        maxUsers: Int = ActiveUsers.defaultMaxUsers,
        closedHours: Int = ActiveUsers.defaultClosedHours,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        try self.init(Self.request(name, help, windows, key, maxUsers, closedHours), in: registry)
    }

    /// Registers a family of active users whose label names come at run time. `window` is taken.
    public static func family(
        validating name: String,
        help: String,
        labelNames: [String],
        windows: [Window],
        key: HashKey? = nil,
        maxUsers: Int = ActiveUsers.defaultMaxUsers,
        closedHours: Int = 0,
        maxChildren: Int = MetricRegistry.defaultMaxChildren,
        in registry: MetricRegistry
    ) throws(RegistrationError) -> DynamicFamily<Self> {
        var request = try request(name, help, windows, key, maxUsers, closedHours, maxChildren)
        request.labelNames = labelNames
        return try family(request, in: registry)
    }

    fileprivate static func request(
        _ name: String,
        _ help: String,
        _ windows: [Window],
        _ key: HashKey?,
        _ maxUsers: Int,
        _ closedHours: Int,
        _ maxChildren: Int = MetricRegistry.defaultMaxChildren
    ) throws(RegistrationError) -> FamilyRequest {
        let advice = "Windows overlap, and instances share users: add up neither, merge sketches."
        let help = help.isEmpty ? advice : "\(help) \(advice)"
        let settings = try UserSettings(windows, key, maxUsers, closedHours, for: name)
        return FamilyRequest(name, help, layout(settings), maxChildren: maxChildren)
    }
}

extension Family where Child == ActiveUsers {
    /// Registers active users by kind, plan or another label, or finds those of the same definition.
    ///
    /// Each child takes 4 bytes for each tick of the longest window (40 KiB for seven days in minutes) and 35 KiB, beside
    /// its users. A user of several children counts in each.
    ///
    /// The parameters are those of an ``ActiveUsers`` without labels, of which `maxUsers` and `closedHours` hold for each
    /// child. Label sets beyond `maxChildren` share the overflow child. The label `window` is reserved.
    public init(
        _ name: StaticString,
        help: String,
        windows: [Window],
        key: HashKey? = nil,
        maxUsers: Int = ActiveUsers.defaultMaxUsers,
        closedHours: Int = 0,
        maxChildren: Int = MetricRegistry.defaultMaxChildren,
        in registry: MetricRegistry
    ) {
        self = RegistrationError.trapping { () throws(RegistrationError) in
            let request = try Child.request("\(name)", help, windows, key, maxUsers, closedHours, maxChildren)
            return try Self(request, in: registry)
        }
    }

    /// Registers a family of active users whose name or windows come at run time.
    public init(
        validating name: String,
        help: String,
        windows: [Window],
        key: HashKey? = nil,
        maxUsers: Int = ActiveUsers.defaultMaxUsers,
        closedHours: Int = 0,
        maxChildren: Int = MetricRegistry.defaultMaxChildren,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        try self.init(Child.request(name, help, windows, key, maxUsers, closedHours, maxChildren), in: registry)
    }
}
