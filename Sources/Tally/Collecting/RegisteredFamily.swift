extension MetricRegistry {
    /// A family, and where its values come from.
    struct RegisteredFamily: Sendable {
        let storage: FamilyStorage
        /// What an observed gauge asks at each scrape.
        var observe: HostCall<Double>?
        /// What fills the family at each scrape, instead of instruments.
        var collector: RegisteredCollector?
    }
}
