internal import Tally

/// Joins the samples of several sources, so that each container has one.
///
/// An engine and the control groups know the same container. The control group's sample takes the name that the engine
/// gave to the container, and completes the engine's sample, or replaces a missing one. While the engine is being read,
/// the containers' control groups are held back, because they would be stored twice.
struct SampleJoin {
    /// The knowledge about a source from its rounds so far.
    private struct Known {
        /// True if the source has ever counted or sampled containers.
        var hasContainers = false
        /// True if the source has ever counted containers.
        var countsContainers = false
        /// The subjects of containers, by id.
        var names: [ByteName: SampleSubject] = [:]
        /// The containers of the last answer, with a sample or without.
        var containers: Set<ByteName> = []
    }

    struct Joined {
        /// The samples to store.
        var samples: [Sample] = []
        /// The samples to expose, by source.
        var shown: [(source: Int, samples: [Sample], isWhole: Bool)] = []
        /// The samples of control groups for containers whose engine has not sampled them this time.
        var substitutes: [Sample] = []
        /// The number of running containers, or nil if it is unknown.
        var containersRunning: Double?
        /// False while a source that counts containers is still being read.
        var hasCounted = true
    }

    /// These differ between an engine and a control group, which has seen another set of networks leave.
    private static let engineOnly: Set<SampleMetric> = [.networkReceivedBytes, .networkSentBytes]

    private var known: [Int: Known] = [:]
    /// The samples of the containers' control groups in this tick.
    private var groups: [(id: ByteName, sample: Sample)] = []
    /// True if the control groups of this tick are all that exist.
    private var hasAllGroups = false
    /// The rounds of control groups that are held back.
    private var held: [SourceReader.Closed] = []
    /// The containers that engines have sampled for this tick.
    private var sampled: Set<ByteName> = []

    /// Forgets the control groups of the last tick. Returns those that are still held back.
    mutating func beginTick() -> Joined? {
        let rest = held.isEmpty ? nil : joined([], pending: [])
        (groups, hasAllGroups, sampled) = ([], false, [])
        return rest
    }

    /// - Parameter pending: The sources that are still being read.
    mutating func joined(_ rounds: [SourceReader.Closed], pending: Set<Int>) -> Joined {
        for (source, round) in rounds { learn(source, round) }
        held += rounds.filter { $0.round.allSamples.contains { Self.groupID($0) != nil } }
        let isHolding = pending.contains { known[$0]?.hasContainers ?? true }
        let released = isHolding ? [] : held
        if !isHolding { held = [] }
        var joined = Joined()
        var places: [SeriesKey: Int] = [:]
        func add(_ sample: Sample) {
            let key = SeriesKey(sample)
            guard let place = places[key] else {
                places[key] = joined.samples.count
                joined.samples.append(sample)
                return
            }
            joined.samples[place].complete(with: sample)
        }
        for (_, round) in rounds {
            for sample in round.allSamples where Self.groupID(sample) == nil { add(sample) }
        }
        sampled.formUnion(joined.samples.compactMap { $0.containerID.map { ByteName($0) } })
        for (id, group) in groups {
            guard let name = name(of: id) else {
                if !released.isEmpty { add(group) }
                continue
            }
            var group = group
            group.subject = name
            if let place = places[SeriesKey(group)] {
                joined.samples[place].complete(with: group, except: Self.engineOnly)
            } else if !released.isEmpty, !sampled.contains(id) {
                for metric in Self.engineOnly { group.values[metric] = nil }
                group.details.removeAll { $0.metric.isOfNetworks }
                add(group)
                joined.substitutes.append(group)
            }
        }
        let isHeld = Set(held.map(\.source))
        for (source, round) in rounds.filter({ !isHeld.contains($0.source) })
            + released.filter({ closed in !rounds.contains { $0.source == closed.source } })
        {
            let samples = round.allSamples.compactMap { sample -> Sample? in
                guard let id = Self.groupID(sample) else {
                    return places[SeriesKey(sample)].map { joined.samples[$0] } ?? sample
                }
                return name(of: id) == nil ? sample : nil
            }
            joined.shown.append((source, samples, round.isWhole))
        }
        addWorkload(to: &joined, rounds)
        return joined
    }

    private mutating func learn(_ source: Int, _ round: SourceRound) {
        var known = known[source] ?? Known()
        let samples = round.allSamples
        for sample in samples {
            if let id = Self.groupID(sample) { groups.append((id, sample)) }
        }
        if samples.contains(where: { Self.groupID($0) != nil }) { hasAllGroups = round.isWhole }
        let containers = samples.filter(\.subject.kind.isContainer)
        if round.containersRunning != nil { known.countsContainers = true }
        known.hasContainers = known.hasContainers || known.countsContainers || !containers.isEmpty
        if round.isWhole {
            (known.names, known.containers) = ([:], [])
        } else if round.hasAnswered, !round.targets.isEmpty {
            let listed = Set(round.targets)
            known.names = known.names.filter { listed.contains($0.key) }
            known.containers = Set(round.targetErrors.keys)
        }
        for container in containers {
            guard let id = container.containerID.map({ ByteName($0) }) else { continue }
            known.names[id] = container.subject
            known.containers.insert(id)
        }
        self.known[source] = known
    }

    private func name(of id: ByteName) -> SampleSubject? {
        for (_, known) in known { if let name = known.names[id] { return name } }
        return nil
    }

    /// The id of the container whose control group was sampled.
    private static func groupID(_ sample: Sample) -> ByteName? {
        sample.subject.kind == .controlGroup ? sample.containerID.map { ByteName($0) } : nil
    }

    // MARK: Sums

    /// Adds the sums over containers to the host's sample. A sum is absent unless all of its parts are known.
    private func addWorkload(to joined: inout Joined, _ rounds: [SourceReader.Closed]) {
        // Control groups that were held back are in the sums of their tick.
        guard !rounds.isEmpty, !rounds.contains(where: { $0.round.isCutShort }) else {
            joined.hasCounted = false
            return
        }
        let ids = Set(joined.samples.compactMap { $0.containerID.map { ByteName($0) } })
        // A round that ends after its tick has no control groups of its own.
        let others = groups.filter { !ids.contains($0.id) }.map(\.sample)
        var seen: Set<ByteName> = []
        let containers = (joined.samples + others).filter { sample in
            let subject = sample.subject
            if let id = sample.containerID { return seen.insert(ByteName(id)).inserted }
            return subject.kind.isContainer && seen.insert(ByteName("\(subject.kind)\u{0}" + subject.id)).inserted
        }
        let rounds = Dictionary(rounds.map { ($0.source, $0.round) }, uniquingKeysWith: { _, last in last })
        let counters = known.filter { $0.value.countsContainers }.keys
        joined.hasCounted = counters.allSatisfy { rounds[$0] != nil }
        let isComplete = isComplete(rounds, sampled: seen)
        var workload: [SampleMetric: Double] = [:]
        let counts = counters.compactMap { rounds[$0]?.containersRunning }
        if !counters.isEmpty, counts.count == counters.count {
            workload[.containersRunning] = counts.reduce(0) { $0 + Double($1) }
        } else if isComplete, !containers.isEmpty {
            workload[.containersRunning] = Double(containers.count)
        }
        joined.containersRunning = workload[.containersRunning]
        if isComplete, !containers.isEmpty || workload[.containersRunning] == 0 {
            for (sum, metric) in [
                (SampleMetric.workloadCPUPercent, SampleMetric.cpuPercent),
                (.workloadMemoryUsedBytes, .memoryUsedBytes),
            ] {
                // A subject of your own source, without a container's id, may have no such value. A container that
                // does not run has none.
                let parts = containers.filter {
                    $0.stored(metric) != nil || $0.containerID != nil && !($0.values.isEmpty && !$0.details.isEmpty)
                }
                let values = parts.compactMap { $0.stored(metric) }
                if values.count == parts.count { workload[sum] = values.reduce(0, +) }
            }
        }
        guard !workload.isEmpty else { return }
        if let host = joined.samples.firstIndex(where: { $0.subject == .host }) {
            joined.samples[host].values.merge(workload) { own, _ in own }
        } else {
            joined.samples.insert(Sample(subject: .host, values: workload), at: 0)
        }
    }

    /// True if every container that is known has been sampled.
    private func isComplete(_ rounds: [Int: SourceRound], sampled: Set<ByteName>) -> Bool {
        let sources = known.filter { $0.value.hasContainers }
        let unsure = sources.filter { rounds[$0.key]?.isWhole != true }
        guard !sources.isEmpty, unsure.isEmpty else {
            return hasAllGroups && unsure.allSatisfy { $0.value.containers.isSubset(of: sampled) }
        }
        return true
    }
}

extension Sample {
    /// Adds the values that this sample lacks.
    fileprivate mutating func complete(with other: Sample, except excluded: Set<SampleMetric> = []) {
        for (metric, value) in other.values where values[metric] == nil && !excluded.contains(metric) {
            values[metric] = value
        }
        let own = Set(details.map(\.metric))
        details += other.details.filter { !own.contains($0.metric) && !$0.metric.isOfNetworks }
        origin = origin ?? other.origin
    }
}
