/// Metrics that a registry exposes about itself.
protocol SelfReport: Sendable {
    /// The families' names, as exposed.
    var names: Set<String> { get }

    /// Updates the totals.
    ///
    /// - Parameters:
    ///   - families: The registered families.
    ///   - answers: The answers of the scrape's collectors.
    /// - Returns: The storages to expose, by the registered storages that they replace.
    func refresh(
        _ families: [RegisteredFamily],
        answers: [ObjectIdentifier: CollectedAnswer]
    ) -> [ObjectIdentifier: FamilyStorage]

    /// Counts a family that a scrape could not collect.
    func collectorFailed(_ family: FamilyDefinition)

    func scraped(in duration: Duration)
}
