/// A unit in the name of a metric.
///
/// https://prometheus.io/docs/practices/naming/#base-units
struct UnitName {
    /// The unit as it appears in the name.
    let name: String
    /// The base unit to use instead; equal to `name` for a base unit.
    let base: String

    static func first(in words: [Substring]) -> UnitName? {
        for word in words {
            if let base = bases[String(word)] { return UnitName(name: String(word), base: base) }
            for prefix in prefixes where word.hasPrefix(prefix) {
                if let base = bases[String(word.dropFirst(prefix.count))] {
                    return UnitName(name: String(word), base: base)
                }
            }
        }
        return nil
    }

    private static let bases: [String: String] = {
        var bases = [
            "minutes": "seconds", "hours": "seconds", "days": "seconds", "weeks": "seconds",
            "bits": "bytes",
            "kelvins": "kelvin", "fahrenheit": "celsius", "rankine": "celsius",
            "inches": "meters", "yards": "meters", "miles": "meters",
            "calories": "joules", "pounds": "grams", "ounces": "grams",
        ]
        // Celsius is allowed in addition to kelvin, because most temperatures are measured in it.
        for base in [
            "amperes", "bytes", "celsius", "grams", "joules", "kelvin", "meters", "metres", "seconds", "volts",
        ] {
            bases[base] = base
        }
        return bases
    }()

    private static let prefixes = [
        "pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo", "mega", "giga", "tera", "peta",
        "kibi", "mebi", "gibi", "tebi", "pebi",
    ]

    /// The abbreviations of units.
    static let abbreviations: Set<String> = [
        "s", "sec", "ms", "us", "ns", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d",
    ]
}
