internal import Tally

/// A metric that exposes values of samples.
struct ExposedFamily: Sendable {
    /// The values of the metric's own labels, and the value.
    typealias Part = (labels: [String], value: Double)

    let family: MirroredFamily
    let isCounter: Bool
    /// True for a counter whose decrease shows that the subject was restarted.
    let showsRestart: Bool
    let parts: @Sendable (Sample) -> [Part]

    /// - Parameters:
    ///   - labels: The labels of the subject.
    ///   - maxSubjects: The maximum number of subjects.
    init(
        _ definition: Definition,
        labels: [String],
        maxSubjects: Int,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        isCounter = definition.name.hasSuffix("_total")
        family = try MirroredFamily(
            definition.name,
            help: definition.help,
            isCounter ? .total : .gauge,
            labelNames: labels + definition.labels,
            maxChildren: maxSubjects * (definition.labels.isEmpty ? 1 : definition.maxParts),
            in: registry
        )
        showsRestart = definition.showsRestart
        let (value, maxParts) = (definition.value, definition.maxParts)
        parts = { Array(value($0).prefix(maxParts)) }
    }

    struct Definition: Sendable {
        let name: String
        let help: String
        var labels: [String] = []
        var maxParts = 1
        var showsRestart = false
        let value: @Sendable (Sample) -> [Part]

        /// A metric without labels of its own.
        init(
            _ name: String,
            _ help: String,
            showsRestart: Bool = false,
            _ value: @escaping @Sendable (Sample) -> Double?
        ) {
            self.name = name
            self.help = help
            self.showsRestart = showsRestart
            self.value = { sample in value(sample).map { [([], $0)] } ?? [] }
        }

        init(_ name: String, _ help: String, _ metric: SampleMetric) {
            self.init(name, help, showsRestart: metric == .cpuSeconds) { $0.stored(metric) }
        }

        /// A metric by part.
        ///
        /// - Parameter total: The sum over the parts, which is exposed with empty labels if no part is known.
        init(
            _ name: String,
            _ help: String,
            by labels: [String] = [],
            atMost maxParts: Int = 1,
            _ metric: SampleDetail.Metric,
            total: SampleMetric? = nil
        ) {
            self.name = name
            self.help = help
            self.labels = labels
            self.maxParts = maxParts
            let noLabels = labels.map { _ in "" }
            value = { sample in
                let parts = sample.details.filter { $0.metric == metric && $0.part.count == labels.count }
                guard parts.isEmpty, let total = total.flatMap({ sample.stored($0) }) else {
                    return parts.map { ($0.part, $0.value) }
                }
                return [(noLabels, total)]
            }
        }
    }
}

/// The exposed values of one subject.
struct ExposedSubject: Sendable {
    private struct Key: Hashable {
        let family: Int
        let part: [ByteName]
    }

    /// A counter of the subject, and its exposed value.
    private struct Total {
        var last: Double
        var shown: Double
    }

    /// The labels of the subject.
    let labels: [String]
    private var totals: [Key: Total] = [:]
    private var shown: Set<Key> = []

    init(labels: [String]) {
        self.labels = labels
    }

    /// Exposes the values of a sample.
    ///
    /// - Parameter isComplete: True if a value that the sample lacks is unknown, and must not stay exposed.
    mutating func show(_ sample: Sample, _ families: [ExposedFamily], isComplete: Bool = true) {
        var values: [(key: Key, value: Double)] = []
        for (index, family) in families.enumerated() {
            for part in family.parts(sample) where part.value.isFinite {
                values.append((Key(family: index, part: part.labels.map { ByteName($0) }), part.value))
            }
        }
        let isRestarted = values.contains { key, value in
            families[key.family].showsRestart && totals[key].map { Self.isRestart(value, after: $0.last) } ?? false
        }
        if isRestarted { totals = [:] }
        if isComplete {
            for key in shown.subtracting(values.map(\.key)) { hide(key, families) }
        }
        for (key, value) in values {
            shown.insert(key)
            let family = families[key.family]
            family.family.set(family.isCounter ? total(key, value) : value, labels + key.part.map(\.text))
        }
    }

    /// A counter that restarts begins again. A decrease of up to 2 % is a late or less precise answer: the exposed
    /// value stays, and increases with the next one.
    private mutating func total(_ key: Key, _ value: Double) -> Double {
        var total = totals[key] ?? Total(last: value, shown: value)
        if Self.isRestart(value, after: total.last) {
            total.shown = value
        } else {
            total.shown += max(0, value - total.last)
        }
        total.last = value
        totals[key] = total
        return total.shown
    }

    private static func isRestart(_ value: Double, after last: Double) -> Bool { value < last * 0.98 }

    private mutating func hide(_ key: Key, _ families: [ExposedFamily]) {
        shown.remove(key)
        families[key.family].family.remove(labels + key.part.map(\.text))
    }

    mutating func hide(_ families: [ExposedFamily]) {
        for key in shown { hide(key, families) }
        totals = [:]
    }
}
