/// Ticks in memory, oldest first. Each value takes one word. A dictionary for each sample would take ten times as much.
struct TickBuffer: Sendable {
    private struct Row {
        let subject: SampleSubject
        let containerID: String?
        let start: Int
    }

    private struct StoredTick {
        let time: Int64
        let rows: [Row]
        /// NaN for an absent value.
        let values: [Double]

        var bytes: Int {
            MemoryLayout<StoredTick>.stride + 64 + rows.count * MemoryLayout<Row>.stride + values.count * 8
        }
    }

    /// The index of the oldest tick that is kept, so that dropping one does not move all others.
    private var head = 0
    private var ticks: [StoredTick] = []
    private(set) var sampleCount = 0
    /// The approximate size of all ticks, without shared strings.
    private(set) var bytes = 0

    var count: Int { ticks.count - head }
    var isEmpty: Bool { count == 0 }
    var firstTime: Int64? { isEmpty ? nil : ticks[head].time }
    var lastTime: Int64? { isEmpty ? nil : ticks[ticks.count - 1].time }

    // MARK: Changing

    /// Inserts a tick in order of time. Replaces one with the same time.
    mutating func insert(_ tick: HistoryTick) {
        let stored = Self.stored(tick)
        let place = firstIndex(from: tick.time)
        if place < ticks.count, ticks[place].time == tick.time {
            forget(ticks[place])
            ticks[place] = stored
        } else {
            ticks.insert(stored, at: place)
        }
        sampleCount += stored.rows.count
        bytes += stored.bytes
    }

    mutating func removeFirst() {
        guard !isEmpty else { return }
        forget(ticks[head])
        // Frees the samples now. The slot stays until the array is compacted.
        ticks[head] = StoredTick(time: ticks[head].time, rows: [], values: [])
        head += 1
        if head > 64, head > ticks.count / 2 {
            ticks.removeFirst(head)
            head = 0
        }
    }

    mutating func remove(before time: Int64) {
        while let first = firstTime, first < time { removeFirst() }
    }

    mutating func removeAll() {
        self = TickBuffer()
    }

    private mutating func forget(_ tick: StoredTick) {
        sampleCount -= tick.rows.count
        bytes -= tick.bytes
    }

    private static func stored(_ tick: HistoryTick) -> StoredTick {
        var rows: [Row] = []
        var values: [Double] = []
        rows.reserveCapacity(tick.samples.count)
        for sample in tick.distinctSamples {
            rows.append(Row(subject: sample.subject, containerID: sample.containerID, start: values.count))
            for metric in SampleMetric.metrics(of: sample.subject.kind) { values.append(sample.stored(metric) ?? .nan) }
        }
        return StoredTick(time: tick.time, rows: rows, values: values)
    }

    // MARK: Reading

    /// The oldest ticks as they were inserted, without values that are never stored.
    func first(_ limit: Int) -> [HistoryTick] {
        ticks[head...].prefix(limit).map { tick in
            let samples = tick.rows.map { row in
                var sample = Sample(subject: row.subject, containerID: row.containerID)
                for (offset, metric) in SampleMetric.metrics(of: row.subject.kind).enumerated() {
                    let value = tick.values[row.start + offset]
                    if !value.isNaN { sample.values[metric] = value }
                }
                return sample
            }
            return HistoryTick(time: tick.time, samples: samples)
        }
    }

    /// Adds the samples from a range to an answer, except for the ticks of some times.
    ///
    /// - Complexity: O(*n*) in the samples of the range.
    func feed(_ collector: inout SeriesCollector, except times: Set<Int64> = []) throws {
        var row = collector.row
        var offsets: [SampleSubject.Kind: [Int?]] = [:]
        for tick in ticks[firstIndex(from: collector.earliest)...] where !times.contains(tick.time) {
            guard tick.time <= collector.range.through else { break }
            (row.time, row.last) = (tick.time, tick.time)
            for sample in tick.rows {
                guard let place = collector.place(of: SeriesKey(sample.subject, sample.containerID)) else { continue }
                let kind = sample.subject.kind
                let columns = offsets[kind] ?? SampleMetric.offsets(of: collector.metrics, in: kind)
                offsets[kind] = columns
                for (index, offset) in columns.enumerated() {
                    let value = offset.map { tick.values[sample.start + $0] } ?? .nan
                    row.values[index] = PointCollector.Value(min: value, mean: value, max: value)
                }
                try collector.add(row, to: place)
            }
        }
    }

    private func firstIndex(from time: Int64) -> Int {
        var low = head
        var high = ticks.count
        while low < high {
            let middle = low + (high - low) / 2
            if ticks[middle].time < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension HistoryTick {
    /// The last sample of each subject and container.
    var distinctSamples: [Sample] {
        var places: [SeriesKey: Int] = [:]
        var distinct: [Sample] = []
        for sample in samples {
            if let place = places.updateValue(distinct.count, forKey: SeriesKey(sample)) {
                places[SeriesKey(sample)] = place
                distinct[place] = sample
            } else {
                distinct.append(sample)
            }
        }
        return distinct
    }
}

extension SampleMetric {
    /// The positions of metrics among those of a kind; nil for one that the kind lacks.
    fileprivate static func offsets(of metrics: [SampleMetric], in kind: SampleSubject.Kind) -> [Int?] {
        let stored = Self.metrics(of: kind)
        return metrics.map { stored.firstIndex(of: $0) }
    }
}

extension Sample {
    /// The value to store. Nil for NaN and the infinities, which are never stored.
    func stored(_ metric: SampleMetric) -> Double? {
        values[metric].flatMap { $0.isFinite ? $0 : nil }
    }
}
