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
        maxUsers: Int = 10_000_000,
        closedHours: Int = 48,
        in registry: MetricRegistry
    ) {
        self = RegistrationError.trapping { () throws(RegistrationError) in
            try Self(
                validating: "\(name)",
                help: help,
                windows: windows,
                key: key,
                maxUsers: maxUsers,
                closedHours: closedHours,
                in: registry
            )
        }
    }

    /// Registers active users whose name or windows come at run time.
    public init(
        validating name: String,
        help: String,
        windows: [Window],
        key: HashKey? = nil,
        maxUsers: Int = 10_000_000,
        closedHours: Int = 48,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        let settings = try UserSettings(
            validating: windows,
            key: key,
            maxUsers: maxUsers,
            closedHours: closedHours,
            for: name
        )
        self.init(cell: try registry.register(settings.request(name, help)).onlyChild())
    }

    /// Registers a family of active users whose label names come at run time. `window` is taken.
    public static func family(
        validating name: String,
        help: String,
        labelNames: [String],
        windows: [Window],
        key: HashKey? = nil,
        maxUsers: Int = 10_000_000,
        closedHours: Int = 0,
        maxChildren: Int = 1_000,
        in registry: MetricRegistry
    ) throws(RegistrationError) -> DynamicFamily<Self> {
        let settings = try UserSettings(
            validating: windows,
            key: key,
            maxUsers: maxUsers,
            closedHours: closedHours,
            for: name
        )
        var request = settings.request(name, help, maxChildren: maxChildren)
        request.labelNames = labelNames
        return DynamicFamily(storage: try registry.register(request))
    }
}

extension Family where Child == ActiveUsers {
    /// Registers active users by kind, plan or another label, or finds those of the same definition.
    ///
    /// Each child takes 4 bytes for each tick of the longest window (40 KiB for seven days in minutes) and 35 KiB,
    /// beside its users. A user of several children counts in each.
    ///
    /// - Parameters:
    ///   - name: The metric's name; a wrong one, or a wrong label name in the schema, traps and is named. `window` is
    ///     taken.
    ///   - help: Whom it counts. That windows and instances must not be added up is put behind it.
    ///   - windows: From the shortest to the longest. None, equal, falling or not positive ones trap and are named.
    ///   - key: What identifiers are hashed under; see ``ActiveUsers``. The same for all children.
    ///   - maxUsers: How many are kept exactly, of each child.
    ///   - closedHours: For how many hours ``ActiveUsers/hourlySketches()`` goes back, of each child.
    ///   - maxChildren: How many children it may have before further ones share the overflow child.
    ///   - registry: Where it is exposed.
    public init(
        _ name: StaticString,
        help: String,
        windows: [Window],
        key: HashKey? = nil,
        maxUsers: Int = 10_000_000,
        closedHours: Int = 0,
        maxChildren: Int = 1_000,
        in registry: MetricRegistry
    ) {
        self = RegistrationError.trapping { () throws(RegistrationError) in
            try Self(
                validating: "\(name)",
                help: help,
                windows: windows,
                key: key,
                maxUsers: maxUsers,
                closedHours: closedHours,
                maxChildren: maxChildren,
                in: registry
            )
        }
    }

    /// Registers a family of active users whose name or windows come at run time.
    public init(
        validating name: String,
        help: String,
        windows: [Window],
        key: HashKey? = nil,
        maxUsers: Int = 10_000_000,
        closedHours: Int = 0,
        maxChildren: Int = 1_000,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        let settings = try UserSettings(
            validating: windows,
            key: key,
            maxUsers: maxUsers,
            closedHours: closedHours,
            for: name
        )
        try self.init(settings.request(name, help, maxChildren: maxChildren), in: registry)
    }
}

extension UserSettings {
    fileprivate func request(
        _ name: String,
        _ help: String,
        maxChildren: Int = 1_000
    ) -> FamilyRequest {
        let advice = "Windows overlap, and instances share users: add up neither, merge sketches."
        return FamilyRequest(
            name: name,
            help: help + (help.isEmpty ? "" : " ") + advice,
            layout: ActiveUsers.layout(self),
            maxChildren: maxChildren
        )
    }
}
