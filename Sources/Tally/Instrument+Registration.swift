extension Instrument {
    /// Registers an instrument without labels, or finds the one of the same definition.
    init(_ request: FamilyRequest, in registry: MetricRegistry) throws(RegistrationError) {
        self = Self._handle(to: _Series(try registry.register(request).onlyChild()))
    }

    /// Registers an instrument with a literal name, and traps if it is invalid.
    init(literal request: FamilyRequest, in registry: MetricRegistry) {
        self = RegistrationError.trapping { () throws(RegistrationError) in try Self(request, in: registry) }
    }

    /// Registers a family whose label names come at run time.
    static func family(
        _ request: FamilyRequest,
        in registry: MetricRegistry
    ) throws(RegistrationError) -> DynamicFamily<Self> {
        DynamicFamily(storage: try registry.register(request))
    }
}
