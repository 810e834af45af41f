/// The families of one scrape, each with the series it had when the scrape began. Values are read as they are written.
struct Snapshot: Sendable {
    struct Family: Sendable {
        let registry: MetricRegistry
        let definition: FamilyDefinition
        let view: FamilyStorage.View
        /// The number of samples in this family.
        let samples: Int
        /// True if it is of the same name as the one before it, from another registry, and has no header of its own.
        var continuesPrevious = false
    }

    let families: [Family]

    /// The metric of a registry that the scrape itself sets.
    static let seriesName = "tally_series"

    /// The families of one of several registries.
    struct Part {
        let registry: MetricRegistry
        /// All of its families, also those of which nothing is exposed.
        let registered: [RegisteredFamily]
        let families: [Family]
    }
}
