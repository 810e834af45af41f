extension MetricRegistry {
    /// A family and the source of its values.
    struct RegisteredFamily: Sendable {
        let storage: FamilyStorage
        /// The closure of an observed gauge, called at each scrape.
        var observe: HostCall<Double>?
        /// The collector that fills the family at each scrape, instead of instruments.
        var collector: RegisteredCollector?
    }
}
