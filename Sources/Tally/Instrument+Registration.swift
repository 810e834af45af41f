extension Instrument {
    /// Registers an instrument without labels, or returns the registered one of the same definition.
    init(_ request: FamilyRequest, in registry: MetricRegistry) throws(RegistrationError) {
        self = Self._handle(to: _Series(try registry.register(request).onlyChild()))
    }

    init(literal request: FamilyRequest, in registry: MetricRegistry) {
        self = RegistrationError.trapping { () throws(RegistrationError) in try Self(request, in: registry) }
    }

    static func family(
        _ request: FamilyRequest,
        in registry: MetricRegistry
    ) throws(RegistrationError) -> DynamicFamily<Self> {
        DynamicFamily(storage: try registry.register(request))
    }
}
