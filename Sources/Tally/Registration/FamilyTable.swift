/// The families of a registry by name, and the names that no other family may use.
struct FamilyTable: Sendable {
    private var families: [ByteName: RegisteredFamily] = [:]
    /// The storages of a group after the first one, which is in `families`.
    private var furtherShapes: [ByteName: [RegisteredFamily]] = [:]
    /// The family that owns each sample name.
    private var claims: [ByteName: ByteName] = [:]
    /// The same for sample names escaped with `dots`.
    private var dotted: [ByteName: ByteName] = [:]
    /// The families sorted by name. Nil after a registration changes them.
    private var sorted: [RegisteredFamily]?

    // MARK: Reading

    mutating func inOrder() -> [RegisteredFamily] {
        if let sorted { return sorted }
        // By bytes, so that the order is the same in every format and escaping.
        let sorted = families.sorted { $0.key < $1.key }.flatMap { [$0.value] + (furtherShapes[$0.key] ?? []) }
        self.sorted = sorted
        return sorted
    }

    func owner(of sample: ByteName) -> ByteName? { claims[sample] ?? dotted[sample] }

    /// The values that a change under a name may release.
    func releasable(_ name: ByteName) -> (RegisteredFamily?, [RegisteredFamily]?) { (families[name], sorted) }

    // MARK: Changing

    mutating func enter(
        _ definition: FamilyDefinition,
        _ source: FamilySource
    ) -> Result<FamilyStorage, RegistrationError> {
        let name = ByteName(definition.name)
        if let group = definition.request.group {
            if group.isRetired {
                return .failure(.conflict(name, with: name, "has been unregistered or replaced: use another name"))
            }
            if let existing = families[name], existing.group === group {
                return .success(shape(definition, source, beside: existing))
            }
        } else {
            removeGroups(inTheWayOf: definition)
        }
        if let existing = families[name] { return share(existing, definition, source) }
        if let owner = definition.claims.compactMap({ claims[$0] }).first {
            let problem = "would have samples with names of \(owner.text.debugDescription), at least when escaped"
            return .failure(.conflict(name, with: owner, "\(problem): rename one", .collidingSamples))
        }
        for claim in definition.claims { claims[claim] = name }
        for claim in definition.dottedClaims { dotted[claim] = name }
        let storage = FamilyStorage(definition: definition)
        families[name] = RegisteredFamily(storage, from: source)
        sorted = nil
        return .success(storage)
    }

    private mutating func share(
        _ existing: RegisteredFamily,
        _ definition: FamilyDefinition,
        _ source: FamilySource
    ) -> Result<FamilyStorage, RegistrationError> {
        let name = ByteName(definition.name)
        let differences = existing.differences(from: definition, source)
        guard differences.isEmpty else {
            let list = differences.joined(separator: "; ")
            let problem = "is already registered with another definition (\(list)): use that one, or another name"
            return .failure(.conflict(name, with: name, problem))
        }
        if source.isReplaceable {
            existing.observation?.retire()
            families[name] = RegisteredFamily(existing.storage, from: source)
            sorted = nil
        }
        return .success(existing.storage)
    }

    /// The storage of a group for one list of label names.
    private mutating func shape(
        _ definition: FamilyDefinition,
        _ source: FamilySource,
        beside first: RegisteredFamily
    ) -> FamilyStorage {
        let name = ByteName(definition.name)
        let labels = definition.labelNames.map(ByteName.init)
        let all = [first] + (furtherShapes[name] ?? [])
        if let same = all.first(where: { $0.storage.definition.labelNames.map(ByteName.init) == labels }) {
            return same.storage
        }
        let storage = FamilyStorage(definition: definition)
        furtherShapes[name, default: []].append(RegisteredFamily(storage, from: source))
        sorted = nil
        return storage
    }

    /// Removes a family, and returns whether it existed.
    mutating func remove(_ name: ByteName, isReplaced: Bool = false) -> Bool {
        guard let family = families.removeValue(forKey: name) else { return false }
        family.group?.retire(isReplaced: isReplaced)
        furtherShapes[name] = nil
        for claim in family.storage.definition.claims { claims[claim] = nil }
        for claim in family.storage.definition.dottedClaims { dotted[claim] = nil }
        sorted = nil
        return true
    }

    /// Removes the groups that use a family's names, unless another family would be in its way nevertheless.
    ///
    /// A conflict would end the program of a host that registers a literal name. The callers that use groups have to
    /// get along without exposed series anyway.
    private mutating func removeGroups(inTheWayOf definition: FamilyDefinition) {
        let owners = Set(definition.claims.compactMap { claims[$0] })
        guard owners.allSatisfy({ families[$0]?.group != nil }) else { return }
        for owner in owners { _ = remove(owner, isReplaced: true) }
    }
}
