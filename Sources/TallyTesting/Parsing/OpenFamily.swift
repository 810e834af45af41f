/// The family whose lines are being read.
struct OpenFamily {
    enum Metadata {
        case help(String)
        case kind(ParsedFamily.Kind)
        case unit(String)
    }

    private(set) var family: ParsedFamily
    private(set) var suffixes: [String]
    private let isOpenMetrics: Bool
    private var hasKind = false
    private var hasHelp = false
    private var hasUnit = false

    /// The series so far; in OpenMetrics, only those of the current metric.
    private var series: Set<[UInt8]> = []
    // Only in OpenMetrics: the current metric, all metrics so far, and the time of the current point.
    private var group: [UInt8]?
    private var groups: Set<[UInt8]> = []
    private var timestamp: ParsedTimestamp?
    /// The points of a histogram or summary, and the index of each metric's last point.
    private var points: [BucketPoint] = []
    private var pointOfGroup: [[UInt8]: Int] = [:]

    init(_ name: String, line: Int, isOpenMetrics: Bool) {
        family = ParsedFamily(name: name, kind: .unknown, samples: [], line: line)
        suffixes = [""]
        self.isOpenMetrics = isOpenMetrics
    }

    /// The suffix of a sample's name, or nil if the sample does not belong to this family.
    func suffix(of name: String) -> String? {
        guard name.utf8.starts(with: family.name.utf8) else { return nil }
        let rest = name.utf8.dropFirst(family.name.utf8.count)
        return suffixes.first { rest.elementsEqual($0.utf8) }
    }

    // MARK: Metadata

    mutating func add(_ metadata: Metadata, line: Int) throws(ExpositionError) {
        guard family.samples.isEmpty else {
            throw ExpositionError(.misplacedMetadata, line: line, "metadata must precede the family's samples")
        }
        func check(_ isRepeated: Bool, _ keyword: String) throws(ExpositionError) {
            guard isRepeated else { return }
            throw ExpositionError(.repeatedMetadata, line: line, "the family already has a \(keyword) line")
        }
        // An empty HELP or UNIT has no effect, but must not be repeated either.
        switch metadata {
        case .help(let text):
            try check(hasHelp, "HELP")
            hasHelp = true
            family.help = text.isEmpty ? nil : text
        case .kind(let kind):
            try check(hasKind, "TYPE")
            hasKind = true
            family.kind = kind
            suffixes = kind.suffixes(isOpenMetrics: isOpenMetrics)
        case .unit(let unit):
            try check(hasUnit, "UNIT")
            hasUnit = true
            family.unit = unit.isEmpty ? nil : unit
        }
        guard let unit = family.unit else { return }
        guard family.name.hasSuffix(bytesOf: "_" + unit) else {
            throw ExpositionError(.invalidUnit, line: line, "the name must end in its unit, _\(unit)")
        }
        guard family.kind != .info, family.kind != .stateset else {
            throw ExpositionError(.invalidUnit, line: line, "an info or stateset must not have a unit")
        }
    }

    // MARK: Samples

    /// Adds a sample whose name has one of the suffixes.
    mutating func add(_ sample: ParsedSample) throws(ExpositionError) {
        let suffix = suffix(of: sample.name) ?? ""
        if isOpenMetrics {
            try OpenMetricsRules(family: family, sample: sample, suffix: suffix).check()
        } else {
            try PrometheusTextRules(family: family, sample: sample, suffix: suffix).check()
        }
        let special: String? =
            switch (family.kind, suffix) {
            case (.histogram, "_bucket"), (.gaugeHistogram, "_bucket"): "le"
            case (.summary, ""): "quantile"
            case (.stateset, _): family.name
            default: nil
            }
        let group = sample.key(named: nil, without: special)
        let isNewPoint = isOpenMetrics ? try enter(group, sample) : pointOfGroup[group] == nil
        guard
            series.insert(sample.key(named: sample.name, without: nil)).inserted
                || sample.timestamp != nil && isOpenMetrics
        else {
            throw ExpositionError(.duplicateSeries, line: sample.line, "the series \(sample.series) is repeated")
        }
        if [.histogram, .gaugeHistogram, .summary].contains(family.kind) {
            if isNewPoint {
                points.append(BucketPoint(family.kind, isOpenMetrics: isOpenMetrics))
                pointOfGroup[group] = points.count - 1
            }
            if let index = pointOfGroup[group] {
                try points[index].add(sample, suffix: suffix, bound: special.flatMap { sample[label: $0] })
            }
        }
        family.samples.append(sample)
    }

    /// Moves to a sample's metric and time. Returns true if the sample begins a new point.
    private mutating func enter(_ group: [UInt8], _ sample: ParsedSample) throws(ExpositionError) -> Bool {
        defer {
            self.group = group
            timestamp = sample.timestamp
        }
        guard group == self.group else {
            guard groups.insert(group).inserted else {
                throw ExpositionError(.interleaved, line: sample.line, "the samples of a metric must be contiguous")
            }
            series.removeAll(keepingCapacity: true)
            return true
        }
        switch (timestamp, sample.timestamp) {
        case (nil, nil): return false
        case (let before?, let now?):
            guard !NumberText.isLess(now.text, than: before.text) else {
                let problem = "the timestamp \(now.text) precedes the previous one, \(before.text)"
                throw ExpositionError(.timestampOrder, line: sample.line, problem)
            }
            return NumberText.isLess(before.text, than: now.text)
        default:
            throw ExpositionError(.timestampOrder, line: sample.line, "only some samples of the metric have timestamps")
        }
    }

    func checkPoints() throws(ExpositionError) {
        for point in points { try point.check() }
    }
}

extension ParsedSample {
    /// The name and the sorted labels as bytes, so that `{a,b}` and `{b,a}` have one key. The separators 0xFE and 0xFF
    /// never occur in UTF-8. A label with an empty value is equivalent to an absent one.
    ///
    /// https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels
    func key(named name: String?, without special: String?) -> [UInt8] {
        var labels = labels.filter { !$0.value.isEmpty }
        if let special { labels.removeAll { $0.name.hasSameBytes(as: special) } }
        if labels.count > 1 { labels.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } }
        var key = name.map { Array($0.utf8) } ?? []
        for label in labels {
            key.append(0xFF)
            key += label.name.utf8
            key.append(0xFE)
            key += label.value.utf8
        }
        return key
    }
}
