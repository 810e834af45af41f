extension TickState {
    /// The first sample of each subject and container, in the order of the sources. Adds the sums to the host's sample.
    func samples() -> [Sample] {
        var places: Set<SeriesKey> = []
        var samples: [Sample] = []
        for outcome in outcomes {
            let asked = outcome.targets.compactMap { outcome.targetSamples[$0] }
            for sample in outcome.samples + asked where places.insert(SeriesKey(sample)).inserted {
                samples.append(sample)
            }
        }
        let workload = workload(of: samples)
        guard !workload.isEmpty else { return samples }
        if let host = samples.firstIndex(where: { $0.subject == .host }) {
            samples[host].values.merge(workload) { own, _ in own }
        } else {
            samples.insert(Sample(subject: .host, values: workload), at: 0)
        }
        return samples
    }

    /// The sums over sampled containers. Empty if nothing is known about containers, or if the tick was cut short.
    private func workload(of samples: [Sample]) -> [SampleMetric: Double] {
        guard !isCutShort else { return [:] }
        var seen: Set<[UInt8]> = []
        // A container that two sources have sampled counts once.
        let named = samples.filter(\.subject.kind.isContainer)
        // Containers that no engine has named, by their control groups.
        let nameless = samples.filter { $0.subject.kind == .controlGroup && $0.containerID != nil }
        let containers = (named + nameless).filter { sample in
            seen.insert(Array((sample.containerID ?? "\(sample.subject.kind)\u{0}" + sample.subject.id).utf8)).inserted
        }
        let counts = outcomes.compactMap(\.containersRunning).filter { $0 >= 0 }
        let reportedCount = counts.isEmpty ? nil : counts.reduce(0) { Int(clamping: Int128($0) + Int128($1)) }
        guard !containers.isEmpty || reportedCount != nil else { return [:] }
        var values: [SampleMetric: Double] = [:]
        values[.containersRunning] = Double(containers.isEmpty ? reportedCount ?? 0 : containers.count)
        for (sum, metric) in [
            (SampleMetric.workloadCPUPercent, SampleMetric.cpuPercent),
            (.workloadMemoryUsedBytes, .memoryUsedBytes),
        ] {
            let parts = containers.compactMap { $0.stored(metric) }
            // Without running containers, the sum is zero. If containers run but have no values, it is unknown.
            if !parts.isEmpty || (containers.isEmpty && reportedCount == 0) { values[sum] = parts.reduce(0, +) }
        }
        return values
    }
}
