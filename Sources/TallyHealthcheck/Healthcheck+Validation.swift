extension Healthcheck {
    /// The most bytes in a name or key. A longer one is a mistake.
    private static let maxNameBytes = 256

    static func validate(_ providers: [SnapshotProvider], publicKeys: [String]) throws(HealthcheckError) {
        // Names are compared by bytes, as readers of the document compare them.
        var names: [[UInt8]: Bool] = [:]
        var owners: [[UInt8]: String] = [:]
        for provider in providers {
            try checkText(provider.name, "the provider \(provider.name.debugDescription)")
            var isCheck = false
            if case .check(let policy, _, _) = provider.source {
                isCheck = true
                try policy.validate(for: provider.name)
            }
            // Read-only providers may share a name, because no check shows it.
            if let other = names.updateValue(isCheck, forKey: Array(provider.name.utf8)), other || isCheck {
                throw HealthcheckError(
                    .duplicateName,
                    "two providers have the name \(provider.name.debugDescription)"
                )
            }
            for key in provider.keys { try claim(key, for: provider.name, in: &owners) }
            try checkUnits(of: provider)
        }
        for key in publicKeys where owners[Array(key.utf8)] == nil && !choosableKeys.contains(key) {
            throw HealthcheckError(
                .unknownPublicKey,
                "the public key \(key.debugDescription) is no provider's, and none of \(choosableKeys)"
            )
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
                "the provider \(name.debugDescription) claims the key \(key.debugDescription), which is the document's own"
            )
        }
        if let owner = owners.updateValue(name, forKey: Array(key.utf8)) {
            throw HealthcheckError(
                .duplicateKey,
                "the providers \(owner.debugDescription) and \(name.debugDescription) both claim the key \(key.debugDescription)"
            )
        }
    }

    private static func checkUnits(of provider: SnapshotProvider) throws(HealthcheckError) {
        let owner = "the provider \(provider.name.debugDescription)"
        for text in [provider.componentType.description] + provider.units.values {
            guard text.isEmpty || text.utf8.count > maxNameBytes else { continue }
            throw HealthcheckError(
                .invalidUnit,
                "\(owner) has the unit or type \(text.debugDescription), which is empty or has more than \(maxNameBytes) bytes"
            )
        }
        for key in provider.units.keys where !provider.keys.contains(where: { $0.utf8.elementsEqual(key.utf8) }) {
            throw HealthcheckError(
                .invalidUnit,
                "\(owner) has a unit for \(key.debugDescription), which is none of its keys"
            )
        }
    }

    /// Validates a name or key. Colons separate component and measurement in the IETF draft's format.
    private static func checkText(_ text: String, _ what: String) throws(HealthcheckError) {
        guard !text.isEmpty, text.utf8.count <= maxNameBytes, !text.utf8.contains(UInt8(ascii: ":")) else {
            throw HealthcheckError(
                .invalidName,
                "\(what) is empty, holds a colon, or has more than \(maxNameBytes) bytes"
            )
        }
    }
}
