/// The parameters of a family of active users.
struct UserSettings: Sendable {
    let windows: WindowTicks
    let key: HashKey
    /// True if the host provided the key.
    let isKeyShared: Bool
    let maxUsers: Int
    let closedHours: Int

    /// The limit of `maxUsers`: at 16 to 40 bytes each, more than a machine's memory.
    static let userLimit = 1 << 40
    /// The limit of `closedHours`: the hours of a leap year.
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
            let problem = "has the user capacity \(maxUsers): maxUsers must be in 1...2^40"
            throw RegistrationError(.invalidCapacity, name, problem)
        }
        guard (0...Self.hourLimit).contains(closedHours) else {
            let problem = "has \(closedHours) closed hours: closedHours must be in 0...\(Self.hourLimit)"
            throw RegistrationError(.invalidCapacity, name, problem)
        }
        self.key = key ?? .random()
        isKeyShared = key != nil
        self.maxUsers = maxUsers
        self.closedHours = closedHours
    }

    /// The parameters that two registrations must agree on. All random keys agree. The texts reveal no key.
    var traits: [InstrumentLayout.Trait] {
        let keyText = isKeyShared ? "a provided key" : "a random key"
        return [
            .init("windows", "\(windows.windows)"),
            .init("key", keyText, identity: isKeyShared ? "\(key.fingerprint)" : keyText),
            .init("user capacity", "\(maxUsers)"),
            .init("number of closed hours", "\(closedHours)"),
        ]
    }
}
