internal import Tally

/// The sizes of the families, the lookups beyond their limits, and the cost of scrapes.
struct Cardinality {
    struct Family {
        let name: String
        /// The escaped text of the constant labels.
        let constantText: String
        let children: Int
        let maxChildren: Int
        let overflow: FamilyReading.Overflow

        var share: Double { Double(children) / Double(max(1, maxChildren)) }
    }

    /// The number of families in a document.
    private static let maxFamilies = 20

    /// The families past their limit, by lookups of the overflow child, followed by the fullest.
    let families: [Family]
    let series: Int
    let rejectedUpdates: [(reason: String, total: UInt64)]
    let shortenedValues: UInt64
    /// The values of the registry's metrics about itself, if it has them.
    let scrapeSeconds: Double?
    let samples: Double?
    let omittedFamilies: Double?

    init(_ reading: RegistryReading) {
        // Tally's own families have a fixed number of label sets.
        let labelled = reading.families.filter { !$0.labelNames.isEmpty && !$0.name.hasPrefix("tally_") }
        let all = labelled.map { family in
            Family(
                name: family.name,
                constantText: String(decoding: family.identity.constantText, as: UTF8.self),
                children: family.limitedChildren,
                maxChildren: family.maxChildren,
                overflow: family.overflow
            )
        }
        let sorted = all.sorted { one, other in
            if one.overflow.lookups != other.overflow.lookups { return one.overflow.lookups > other.overflow.lookups }
            return one.share > other.share
        }
        families = Array(sorted.prefix(Self.maxFamilies))
        series = reading.families.reduce(0) { $0 + $1.children }
        rejectedUpdates = reading.rejectedUpdates
        shortenedValues = reading.shortenedValues
        func own(_ name: String) -> Double? {
            var sum: Double?
            for family in reading.families where family.name == name {
                family.forEachSeries { sum = (sum ?? 0) + ($0.values.first?.double ?? 0) }
            }
            return sum
        }
        scrapeSeconds = own("tally_scrape_duration_seconds")
        samples = own("tally_series")
        omittedFamilies = own("tally_scrape_errors_total")
    }

    func write(_ json: inout JSONBytes) {
        json.object { json in
            json.key("series")
            json.whole(series)
            json.key("families")
            json.array(of: families) { json, family in
                json.object { json in
                    json.key("name")
                    json.string(family.name)
                    json.key("constant")
                    json.string(family.constantText)
                    json.key("children")
                    json.whole(family.children)
                    json.key("max")
                    json.whole(family.maxChildren)
                    json.key("lookups")
                    json.value(.integer(family.overflow.lookups))
                    json.key("sets")
                    json.number(family.overflow.labelSets)
                }
            }
            json.key("rejected")
            json.array(of: rejectedUpdates) { json, item in
                json.array { json in
                    json.string(item.reason)
                    json.value(.integer(item.total))
                }
            }
            json.key("shortened")
            json.value(.integer(shortenedValues))
            for (key, value) in [
                ("scrapeSeconds" as StaticString, scrapeSeconds), ("samples", samples), ("omitted", omittedFamilies),
            ] {
                json.key(key)
                if let value { json.number(value) } else { json.null() }
            }
        }
    }
}
