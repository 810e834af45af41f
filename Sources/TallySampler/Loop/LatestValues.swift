internal import Tally

/// The latest samples as metrics, under the standard names of cAdvisor and node_exporter.
///
/// https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md
/// https://github.com/prometheus/node_exporter
struct LatestValues: Sendable {
    private struct Subject {
        let source: Int
        var exposed: ExposedSubject
        /// The number of consecutive rounds of the source without a sample.
        var missed = 0
        /// The number of consecutive samples that a control group has substituted.
        var substituted = 0
    }

    /// The maximum number of exposed containers and control groups, so that thousands do not become series.
    static let maxSubjects = 500
    /// The number of consecutive rounds without a sample after which a subject is hidden.
    static let patience = 4

    private let host: [ExposedFamily]
    private let containers: [ExposedFamily]
    private let running: MirroredFamily
    private let registry: MetricRegistry
    private var subjects: [SeriesKey: Subject] = [:]
    /// The number of subjects of each source that were left out.
    private var leftOut: [Int: Int] = [:]
    private var hostSubject = ExposedSubject(labels: [])
    /// The source of the exposed host.
    private var hostSource: Int?
    private var hasProcess = false

    init(in registry: MetricRegistry) throws(RegistrationError) {
        self.registry = registry
        var host: [ExposedFamily] = []
        for definition in Self.hostFamilies {
            host.append(try ExposedFamily(definition, labels: [], maxSubjects: 1, in: registry))
        }
        var containers: [ExposedFamily] = []
        for definition in Self.containerFamilies {
            let labels = ["id", "name", "image"]
            containers.append(
                try ExposedFamily(definition, labels: labels, maxSubjects: Self.maxSubjects, in: registry)
            )
        }
        self.host = host
        self.containers = containers
        running = try MirroredFamily("tally_host_containers_running", help: "Running containers.", in: registry)
    }

    /// Exposes the samples of rounds that have ended.
    ///
    /// - Returns: The number of subjects that were left out because there are too many.
    @discardableResult
    mutating func show(_ joined: SampleJoin.Joined) -> Int {
        for (source, samples, isWhole) in joined.shown {
            leftOut[source] = show(samples, of: source, isWhole: isWhole)
        }
        for sample in joined.substitutes {
            let key = SeriesKey(sample)
            // In a longer outage, values that only the engine knows are absent.
            let isLong = subjects[key].map { $0.substituted >= Self.patience } ?? false
            subjects[key]?.exposed.show(sample, containers, isComplete: isLong)
            subjects[key]?.missed = 0
            subjects[key]?.substituted += 1
        }
        if let count = joined.containersRunning {
            running.set(count)
        } else if joined.hasCounted {
            running.remove()
        }
        return leftOut.values.reduce(0, +)
    }

    /// - Parameter isWhole: True if the source sampled everything, so that subjects without a sample no longer exist.
    private mutating func show(_ samples: [Sample], of source: Int, isWhole: Bool) -> Int {
        var seen: Set<SeriesKey> = []
        var leftOut = 0
        var hasHost = false
        for sample in samples {
            switch sample.subject.kind {
            case .host:
                (hasHost, hostSource) = (true, source)
                hostSubject.show(sample, host)
            case .process: showProcess()
            default:
                let key = SeriesKey(sample)
                guard subjects[key] != nil || subjects.count < Self.maxSubjects else {
                    leftOut += 1
                    continue
                }
                seen.insert(key)
                var exposed = subjects[key]?.exposed ?? ExposedSubject(labels: Self.labels(of: sample))
                exposed.show(sample, containers)
                subjects[key] = Subject(source: source, exposed: exposed)
            }
        }
        if !hasHost, hostSource == source { hideHost() }
        for (key, subject) in subjects where subject.source == source && !seen.contains(key) {
            if isWhole || subject.missed + 1 >= Self.patience {
                hide(key)
            } else {
                subjects[key]?.missed += 1
            }
        }
        return leftOut
    }

    /// cAdvisor's labels. A subject of your own source has its own names.
    private static func labels(of sample: Sample) -> [String] {
        let id = sample.containerID ?? sample.subject.id
        guard let origin = sample.origin else { return [id, sample.subject.name, ""] }
        return [origin.id, origin.name, origin.image]
    }

    private mutating func hide(_ key: SeriesKey) {
        subjects[key]?.exposed.hide(containers)
        subjects[key] = nil
    }

    private mutating func hideHost() {
        hostSubject.hide(host)
        hostSource = nil
    }

    /// Registers the process's metrics, unless the program has. Read at each scrape, they are fresher than any sample.
    private mutating func showProcess() {
        guard !hasProcess else { return }
        hasProcess = true
        try? ProcessMetrics.register(validatingIn: registry)
    }

    /// Hides the host, all containers and all control groups.
    mutating func hideAll() {
        hideHost()
        running.remove()
        leftOut = [:]
        for key in subjects.keys { hide(key) }
    }
}
