internal import Tally

/// The latest samples as metrics, under the standard names of cAdvisor and node_exporter.
///
/// https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md
/// https://github.com/prometheus/node_exporter
struct LatestValues {
    private struct Exposed {
        let family: MirroredFamily
        let isCounter: Bool
        let value: @Sendable (Sample) -> Double?
    }

    private struct Subject {
        let labels: [String]
        var counters: [Int: Double] = [:]
        var shown: Set<Int> = []
        /// The number of consecutive ticks without a sample.
        var missed = 0
    }

    /// The maximum number of exposed containers and control groups, so that thousands do not become series.
    static let maxSubjects = 500
    /// The number of consecutive ticks without a sample after which a subject is hidden.
    static let patience = 4

    private let host: [Exposed]
    private let containers: [Exposed]
    private let registry: MetricRegistry
    private var subjects: [SeriesKey: Subject] = [:]
    private var hostState = Subject(labels: [])
    private var hasProcess = false

    init(in registry: MetricRegistry) throws(RegistrationError) {
        self.registry = registry
        func exposed(
            _ name: String,
            _ help: String,
            _ labels: [String],
            _ value: @escaping @Sendable (Sample) -> Double?
        ) throws(RegistrationError) -> Exposed {
            let isCounter = name.hasSuffix("_total")
            let family = try MirroredFamily(
                name,
                help: help,
                isCounter ? .total : .gauge,
                labelNames: labels,
                in: registry
            )
            return Exposed(family: family, isCounter: isCounter, value: value)
        }
        var host: [Exposed] = []
        for (name, help, value) in Self.hostFamilies { host.append(try exposed(name, help, [], value)) }
        var containers: [Exposed] = []
        for (name, help, metric) in Self.containerFamilies {
            containers.append(try exposed(name, help, ["id", "name"]) { $0.stored(metric) })
        }
        self.host = host
        self.containers = containers
    }

    /// Exposes a tick's samples.
    ///
    /// Skips the control group of a container that was also sampled by name, because its use would count twice.
    ///
    /// - Parameter isWhole: True if the tick sampled everything, so that subjects without a sample no longer exist.
    /// - Returns: The number of subjects that were left out because there are too many.
    @discardableResult
    mutating func show(_ samples: [Sample], isWhole: Bool) -> Int {
        var seen: Set<SeriesKey> = []
        var leftOut = 0
        let named = Set(samples.filter(\.subject.kind.isContainer).compactMap(\.containerID))
        var hasHost = false
        for sample in samples {
            switch sample.subject.kind {
            case .host:
                hasHost = true
                Self.show(sample, host, &hostState)
            case .process: showProcess()
            case .controlGroup where sample.containerID.map(named.contains) == true: break
            default:
                let key = SeriesKey(sample)
                guard subjects[key] != nil || subjects.count < Self.maxSubjects else {
                    leftOut += 1
                    continue
                }
                seen.insert(key)
                var subject = subjects[key] ?? Subject(labels: Self.labels(of: sample))
                subject.missed = 0
                Self.show(sample, containers, &subject)
                subjects[key] = subject
            }
        }
        if !hasHost { hide(host, &hostState) }
        for key in subjects.keys where !seen.contains(key) {
            guard var subject = subjects[key] else { continue }
            subject.missed += 1
            if isWhole || subject.missed >= Self.patience {
                hide(containers, &subject)
                subjects[key] = nil
            } else {
                subjects[key] = subject
            }
        }
        return leftOut
    }

    /// cAdvisor's labels: `id` is the engine's id or the control group's path, and `name` is the subject's.
    private static func labels(of sample: Sample) -> [String] {
        [sample.containerID ?? sample.subject.id, sample.subject.name]
    }

    private static func show(_ sample: Sample, _ families: [Exposed], _ subject: inout Subject) {
        let values = families.map { $0.value(sample) }
        // A restarted container resets all counters. A decrease of up to 2 % means a late answer, which is not exposed.
        let isRestarted = families.indices.contains { index in
            guard families[index].isCounter, let value = values[index], let last = subject.counters[index] else {
                return false
            }
            return value < last * 0.98
        }
        if isRestarted { subject.counters = [:] }
        for (index, family) in families.enumerated() {
            guard var value = values[index] else {
                if subject.shown.remove(index) != nil { family.family.remove(subject.labels) }
                continue
            }
            if family.isCounter {
                value = max(value, subject.counters[index] ?? 0)
                subject.counters[index] = value
            }
            subject.shown.insert(index)
            family.family.set(value, subject.labels)
        }
    }

    private func hide(_ families: [Exposed], _ subject: inout Subject) {
        for index in subject.shown { families[index].family.remove(subject.labels) }
        subject.shown = []
    }

    /// Registers the process's metrics, unless the program has. Read at each scrape, they are fresher than any sample.
    private mutating func showProcess() {
        guard !hasProcess else { return }
        hasProcess = true
        try? ProcessMetrics.register(validatingIn: registry)
    }

    /// Hides the host, all containers and all control groups.
    mutating func hideAll() {
        hide(host, &hostState)
        for key in subjects.keys {
            if var subject = subjects[key] { hide(containers, &subject) }
        }
        subjects = [:]
    }
}
