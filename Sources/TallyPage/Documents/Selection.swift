internal import Tally

/// The series that match a search, up to a limit.
struct Selection {
    struct Item {
        let family: FamilyReading
        var series: [SeriesReading] = []
    }

    private(set) var families: [Item] = []
    /// The number of series that match.
    private(set) var found = 0
    private(set) var shown = 0

    init(_ reading: RegistryReading, _ query: PageQuery, maxSeries: Int) {
        for family in reading.families {
            let (name, help) = (Array(family.name.utf8), Array(family.help.utf8))
            guard !query.words.isEmpty || shown < maxSeries else {
                found += family.children
                continue
            }
            var item = Item(family: family)
            family.forEachSeries { series in
                guard query.matches(name, help, series.labels) else { return }
                found += 1
                guard shown < maxSeries else { return }
                shown += 1
                item.series.append(series)
            }
            if !item.series.isEmpty { families.append(item) }
        }
    }
}
