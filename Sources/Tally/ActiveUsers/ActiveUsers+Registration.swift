extension ActiveUsers {
    /// Registers active users without further labels, or returns the registered ones of the same definition. Traps if a
    /// parameter is invalid, or if the name has another definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name.
    ///   - help: A sentence about the users. Tally appends that windows and instances must not be added up.
    ///   - windows: 1 to 16 windows in ascending order.
    ///   - key: The key for hashing identifiers, random for each registration if it is nil. Instances whose sketches
    ///     are merged need the same key.
    ///   - maxUsers: The maximum number of users that are counted exactly.
    ///   - closedHours: The number of hours that ``hourlySketches()`` retains, at most 16 KiB each. Zero retains none.
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

    /// Registers active users whose name or windows are known only at run time.
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

    /// Registers a family of active users whose label names are known only at run time. The name `window` is reserved.
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
    /// Registers active users by kind, plan or another label, or returns the registered ones of the same definition.
    /// Traps if a parameter is invalid, or if the name has another definition.
    ///
    /// In addition to its users, each child takes 35 KiB, and 4 bytes for each tick of the longest window: 40 KiB for
    /// seven days in minutes. A user of several children counts in each.
    ///
    /// - Parameters:
    ///   - name: The metric's name. The label name `window` is reserved.
    ///   - help: A sentence about the users. Tally appends that windows and instances must not be added up.
    ///   - windows: 1 to 16 windows in ascending order.
    ///   - key: The key for hashing identifiers, as for ``ActiveUsers``. All children share it.
    ///   - maxUsers: The maximum number of users that each child counts exactly.
    ///   - closedHours: The number of hours that ``ActiveUsers/hourlySketches()`` of each child retains.
    ///   - maxChildren: The maximum number of children. Further label sets share the overflow child.
    ///   - registry: The registry that exposes the family.
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

    /// Registers a family of active users whose name or windows are known only at run time.
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
