/// The families of one scrape, each with the series it had when the scrape began. Values are read as they are written.
struct Snapshot: Sendable {
    struct Family: Sendable {
        let registry: MetricRegistry
        let definition: FamilyDefinition
        let view: FamilyStorage.View
        let samples: Int
        /// True if the family before has the same name, in another registry or with other labels. This one then has no
        /// header.
        var continuesPrevious = false
    }

    let families: [Family]

    /// The metric about a registry that the scrape itself sets.
    static let seriesName = "tally_series"

    /// The families of one of several registries.
    struct Part {
        let registry: MetricRegistry
        /// All families of the registry, including those without exposed children.
        let registered: [RegisteredFamily]
        let families: [Family]
    }
}
