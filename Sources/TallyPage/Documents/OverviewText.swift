internal import Tally
internal import TallyHealthcheck

/// The page for a terminal.
struct OverviewText {
    private static let maxSeries = 10_000

    private var bytes: [UInt8] = []

    static func text(_ overview: Overview, _ query: PageQuery, _ recorder: HistoryRecorder?) -> [UInt8] {
        var text = OverviewText()
        text.write(overview.health, now: overview.wallSeconds)
        text.write(Cardinality(overview.metrics))
        let selection = Selection(overview.metrics, query, maxSeries: maxSeries)
        text.write(selection, recorder)
        return text.bytes
    }

    private mutating func write(_ health: HealthOverview?, now: Double) {
        guard let health else { return }
        line("health: \(health.status.rawValue)")
        for check in health.checks {
            var words = "  \(check.name): \(check.status.rawValue)"
            if let reason = check.reason { words += ", \(reason)" }
            if !check.isCritical { words += ", not critical" }
            if let since = check.since, now - since >= 0, now - since < 1e15 {
                words += ", for \(Int(now - since)) s"
            }
            line(words)
        }
        line("")
    }

    private mutating func write(_ cardinality: Cardinality) {
        line("series: \(cardinality.series)")
        for family in cardinality.families where family.overflow.lookups > 0 {
            let size = "\(family.children) of \(family.maxChildren) children"
            let constant = family.constantText.isEmpty ? "" : "{\(family.constantText)}"
            line("  \(family.name)\(constant) is full: \(size), \(family.overflow.lookups) lookups turned away")
        }
        for (reason, total) in cardinality.rejectedUpdates where total > 0 {
            line("  rejected updates, \(reason): \(total)")
        }
        line("")
    }

    private mutating func write(_ selection: Selection, _ recorder: HistoryRecorder?) {
        for item in selection.families {
            let samples = item.family.samples
            let shape = SeriesShape(item.family)
            let constant = String(decoding: item.family.identity.constantText, as: UTF8.self)
            for series in item.series {
                for (index, sample) in samples.enumerated() where !isBucket(sample.suffix) {
                    guard let value = Self.text(of: series.values[index]) else { continue }
                    let part = zip(item.family.sampleLabel, sample.part).map { "\($0)=\"\($1)\"" }
                    let own = String(decoding: series.labels, as: UTF8.self)
                    let labels = [constant, own, part ?? ""].filter { !$0.isEmpty }.joined(separator: ",")
                    let name = item.family.name + sample.suffix + (labels.isEmpty ? "" : "{\(labels)}")
                    line("\(name) \(value)\(index == 0 ? rate(of: series, item.family, shape, recorder) : "")")
                }
                write(quantilesOf: series, item.family, shape, recorder)
            }
        }
        guard selection.shown < selection.found else { return }
        line("… and \(selection.found - selection.shown) more series: search with ?q=")
    }

    private func isBucket(_ suffix: String) -> Bool { suffix == "_bucket" }

    private func rate(
        of series: SeriesReading,
        _ family: FamilyReading,
        _ shape: SeriesShape,
        _ recorder: HistoryRecorder?
    ) -> String {
        guard case .counter = shape, let rate = newest(series, family, recorder).first, rate.isFinite else { return "" }
        var text = JSONBytes()
        text.point(rate)
        return " (\(String(decoding: text.bytes, as: UTF8.self))/s)"
    }

    private mutating func write(
        quantilesOf series: SeriesReading,
        _ family: FamilyReading,
        _ shape: SeriesShape,
        _ recorder: HistoryRecorder?
    ) {
        guard case .histogram(let bounds) = shape, bounds.count > 1 else { return }
        let counts = series.values.prefix(bounds.count).map(\.double)
        let quantiles = SeriesShape.quantiles.map { quantile in
            "p\(Int(quantile * 100)) \(Float(SeriesShape.quantile(quantile, counts, bounds)))"
        }
        if counts.last ?? 0 > 0 { line("  since boot: \(quantiles.joined(separator: ", "))") }
    }

    private func newest(_ series: SeriesReading, _ family: FamilyReading, _ recorder: HistoryRecorder?) -> [Float] {
        recorder?.read { ring in
            guard let history = ring[.init(family: family.identity, labels: series.labels)] else { return [] }
            return (0..<history.shape.curves).map { history.point($0, .minute, index: ring.second) }
        } ?? []
    }

    private static func text(of value: SampleValue) -> String? {
        switch value {
        case .integer(let value): String(value)
        case .number(let value): JSONText.number(value).map { String(decoding: $0, as: UTF8.self) } ?? "\(value)"
        case .absent: nil
        }
    }

    private func zip(_ label: String?, _ part: String?) -> (String, String)? {
        guard let label, let part else { return nil }
        return (label, part)
    }

    /// Appends a line. Escapes control characters, because a terminal obeys them, and invisible characters.
    private mutating func line(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                bytes += "\\u{\(String(scalar.value, radix: 16))}".utf8
            default: bytes += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        bytes.append(UInt8(ascii: "\n"))
    }
}
