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

extension UserSettings: Equatable {
    /// Random keys are different, and yet the same wish.
    static func == (one: UserSettings, other: UserSettings) -> Bool {
        one.windows == other.windows && one.isKeyShared == other.isKeyShared && one.maxUsers == other.maxUsers
            && one.closedHours == other.closedHours && (!one.isKeyShared || one.key == other.key)
    }
}
