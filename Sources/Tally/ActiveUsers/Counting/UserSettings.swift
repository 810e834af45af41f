/// What a family of active users is told when it is registered.
struct UserSettings: Sendable {
    let windows: WindowTicks
    /// What identifiers are hashed under.
    let key: HashKey
    /// Whether the host gave the key.
    let isKeyShared: Bool
    let maxUsers: Int
    let closedHours: Int

    /// At 12 to 40 bytes each, more than a machine has room for.
    static let userLimit = 1 << 40
    /// A year.
    static let hourLimit = 8784

    init(
        validating windows: [Window],
        key: HashKey?,
        maxUsers: Int,
        closedHours: Int,
        for name: String
    ) throws(RegistrationError) {
        self.windows = try WindowTicks(validating: windows, for: name)
        guard (1...Self.userLimit).contains(maxUsers) else {
            throw RegistrationError(.invalidCapacity, name, "keeps \(maxUsers) users, which is not in 1...2^40")
        }
        guard (0...Self.hourLimit).contains(closedHours) else {
            throw RegistrationError(
                .invalidCapacity,
                name,
                "keeps \(closedHours) closed hours, which is not in 0...\(Self.hourLimit)"
            )
        }
        self.key = key ?? .random()
        isKeyShared = key != nil
        self.maxUsers = maxUsers
        self.closedHours = closedHours
    }
}

extension UserSettings {
    /// What two registrations must agree on. Random keys differ, and yet are the same choice; no key is shown.
    var traits: [InstrumentLayout.Trait] {
        let keyText = isKeyShared ? "a given one" : "a random one"
        return [
            .init("windows", "\(windows.windows)"),
            .init("key", keyText, identity: isKeyShared ? "\(key.fingerprint)" : keyText),
            .init("user capacity", "\(maxUsers)"),
            .init("number of closed hours", "\(closedHours)"),
        ]
    }
}
