extension MetricRegistry {
    /// A family and the source of its values.
    struct RegisteredFamily: Sendable {
        let storage: FamilyStorage
        /// Reads an observed gauge or counter into its series, at each scrape.
        var observe: HostCall<Void>?
        /// The collector that fills the family at each scrape, instead of instruments.
        var collector: RegisteredCollector?

        init(
            _ storage: FamilyStorage,
            _ observe: (@Sendable (FamilyStorage) -> Void)?,
            _ collector: RegisteredCollector?
        ) {
            self.storage = storage
            self.observe = observe.map { observe in HostCall { observe(storage) } }
            self.collector = collector
        }
    }
}
