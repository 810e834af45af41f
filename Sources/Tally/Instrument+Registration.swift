extension Instrument {
    /// Registers an instrument without labels, or returns the registered one of the same definition.
    init(_ request: FamilyRequest, in registry: MetricRegistry) throws(RegistrationError) {
        self = Self._handle(to: _Series(try registry.register(request).onlyChild()))
    }

    init(literal request: FamilyRequest, in registry: MetricRegistry) {
        self = RegistrationError.trapping { () throws(RegistrationError) in try Self(request, in: registry) }
    }

    /// - Parameter reserved: Label sets outside the limit.
    static func family(
        _ request: FamilyRequest,
        _ reserved: [[String]],
        in registry: MetricRegistry
    ) throws(RegistrationError) -> DynamicFamily<Self> {
        let count = request.labelNames.count
        if let values = reserved.first(where: { $0.count != count }) {
            let problem = "has \(count) labels, but a reserved label set of \(values.count) values: pass one for each"
            throw RegistrationError(.invalidReserved, registry.exposedName(request), problem).about(request.name)
        }
        let storage = try registry.register(request)
        for values in reserved { storage.reserve(values) }
        return DynamicFamily(storage: storage)
    }
}
