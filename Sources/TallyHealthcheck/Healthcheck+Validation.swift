extension Healthcheck {
    /// The maximum length of a name, key, unit or component type, in bytes.
    private static let maxNameBytes = 256

    static func validate(_ providers: [SnapshotProvider], publicKeys: [String]) throws(HealthcheckError) {
        // Names are compared by bytes, as readers of the document compare them.
        var names: [[UInt8]: Bool] = [:]
        var owners: [[UInt8]: String] = [:]
        for provider in providers {
            try checkText(provider.name, "the provider's name \(provider.name.debugDescription)")
            var isCheck = false
            if case .check(let policy, _, _) = provider.source {
                isCheck = true
                try policy.validate(for: provider.name)
            }
            // Read-only providers may share a name, because no check shows it.
            if let other = names.updateValue(isCheck, forKey: Array(provider.name.utf8)), other || isCheck {
                throw HealthcheckError(
                    .duplicateName,
                    "two providers have the name \(provider.name.debugDescription); rename one"
                )
            }
            for key in provider.keys { try claim(key, for: provider.name, in: &owners) }
            try checkUnits(of: provider)
        }
        for key in publicKeys where owners[Array(key.utf8)] == nil && !choosableKeys.contains(key) {
            let problem = "publicKeys contains \(key.debugDescription), which is neither a provider's key nor in"
            throw HealthcheckError(.unknownPublicKey, "\(problem) \(choosableKeys); remove it")
        }
    }

    private static func claim(
        _ key: String,
        for name: String,
        in owners: inout [[UInt8]: String]
    ) throws(HealthcheckError) {
        try checkText(key, "the key \(key.debugDescription) of the provider \(name.debugDescription)")
        guard !reservedKeys.contains(key) else {
            throw HealthcheckError(
                .reservedKey,
                "the provider \(name.debugDescription) claims \(key.debugDescription), which is reserved; rename it"
            )
        }
        if let owner = owners.updateValue(name, forKey: Array(key.utf8)) {
            let both = "\(owner.debugDescription) and \(name.debugDescription)"
            throw HealthcheckError(
                .duplicateKey,
                "the providers \(both) both claim the key \(key.debugDescription); rename one"
            )
        }
    }

    private static func checkUnits(of provider: SnapshotProvider) throws(HealthcheckError) {
        let owner = "the provider \(provider.name.debugDescription)"
        for text in [provider.componentType.description] + provider.units.values {
            guard text.isEmpty || text.utf8.count > maxNameBytes else { continue }
            throw HealthcheckError(
                .invalidUnit,
                "\(owner) has the unit or type \(text.debugDescription), which must have 1 to \(maxNameBytes) bytes"
            )
        }
        for key in provider.units.keys where !provider.keys.contains(where: { $0.utf8.elementsEqual(key.utf8) }) {
            let problem = "a unit for \(key.debugDescription), which is not one of its keys \(provider.keys)"
            throw HealthcheckError(.invalidUnit, "\(owner) has \(problem); remove it")
        }
    }

    /// Validates a name or key. Colons separate component and measurement in the IETF draft's format.
    private static func checkText(_ text: String, _ subject: String) throws(HealthcheckError) {
        guard !text.isEmpty, text.utf8.count <= maxNameBytes, !text.utf8.contains(UInt8(ascii: ":")) else {
            throw HealthcheckError(
                .invalidName,
                "\(subject) must have 1 to \(maxNameBytes) bytes and no colon"
            )
        }
    }
}
