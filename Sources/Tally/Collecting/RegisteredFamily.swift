extension MetricRegistry {
    /// A family, and where its values come from.
    struct RegisteredFamily: Sendable {
        let storage: FamilyStorage
        /// The closure that an observing gauge asks at each scrape.
        var observe: (@Sendable () -> Double)?
        /// What fills the family at each scrape, instead of instruments.
        var collector: RegisteredCollector?
    }
}
