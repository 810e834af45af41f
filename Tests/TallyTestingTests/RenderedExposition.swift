import TallyTesting

extension ParsedExposition {
    /// The exposition as text in the given format.
    func rendered(as syntax: ExpositionParser.Syntax) -> [UInt8] {
        var text = ""
        for family in families {
            let name = family.renderedName
            if let help = family.help {
                text += "# HELP \(name) \(help.escaped(quotes: syntax == .openMetrics))\n"
            }
            let kind = family.kind == .unknown && syntax == .prometheusText ? "untyped" : family.kind.rawValue
            text += "# TYPE \(name) \(kind)\n"
            if let unit = family.unit { text += "# UNIT \(name) \(unit)\n" }
            for sample in family.samples {
                text += sample.description
                if let timestamp = sample.timestamp { text += " \(timestamp.text)" }
                if let exemplar = sample.exemplar {
                    text += " # {\(exemplar.labels.map(\.description).joined(separator: ","))} \(exemplar.valueText)"
                    if let timestamp = exemplar.timestamp { text += " \(timestamp.text)" }
                }
                text += "\n"
            }
        }
        return Array((text + (syntax == .openMetrics ? "# EOF\n" : "")).utf8)
    }

    /// Everything that was parsed, except line numbers.
    var contents: [String] {
        families.flatMap { family in
            ["\(family.name.debugDescription) \(family.kind) \(family.help.debugDescription) \(family.unit ?? "")"]
                + family.samples.map { sample in
                    "\(sample.description) \(sample.timestamp?.text ?? "") \(sample.exemplar.debugDescription)"
                }
        }
    }
}

extension ParsedFamily {
    fileprivate var renderedName: String {
        let series = ParsedSample.nameAlone(name)
        return series.hasPrefix("{") ? String(series.dropFirst().dropLast()) : series
    }
}

extension ParsedSample {
    /// A name as in a sample without labels.
    fileprivate static func nameAlone(_ name: String) -> String {
        guard !name.isLegacyMetricName else { return name }
        return "{\"\(name.escaped(quotes: true))\"}"
    }
}
