/// The parameters of a family of active users.
struct UserSettings: Sendable {
    let windows: WindowTicks
    let key: HashKey
    /// True if the host gave the key.
    let isKeyShared: Bool
    let maxUsers: Int
    let closedHours: Int

    /// At 12 to 40 bytes each, more than a machine has room for.
    static let userLimit = 1 << 40
    /// A year.
    static let hourLimit = 8784

    init(
        _ windows: [Window],
        _ key: HashKey?,
        _ maxUsers: Int,
        _ closedHours: Int,
        for name: String
    ) throws(RegistrationError) {
        self.windows = try WindowTicks(validating: windows, for: name)
        guard (1...Self.userLimit).contains(maxUsers) else {
            throw RegistrationError(.invalidCapacity, name, "keeps \(maxUsers) users, which is not in 1...2^40")
        }
        guard (0...Self.hourLimit).contains(closedHours) else {
            let problem = "keeps \(closedHours) closed hours, which is not in 0...\(Self.hourLimit)"
            throw RegistrationError(.invalidCapacity, name, problem)
        }
        self.key = key ?? .random()
        isKeyShared = key != nil
        self.maxUsers = maxUsers
        self.closedHours = closedHours
    }

    /// The parameters that two registrations must agree on. All random keys are the same choice. No key is shown.
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
