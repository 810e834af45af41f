internal import Tally

/// The history of a registry's series. It has neither a clock nor a lock: the caller passes readings and times.
struct HistoryRing {
    /// A series' family and its escaped labels.
    struct Key: Hashable {
        let family: FamilyReading.Identity
        let labels: [UInt8]
    }

    private let maxCurves: Int
    private var series: [Key: SeriesHistory] = [:]
    /// The number of curves, by the weight of their shapes.
    private var curves = 0
    /// The number of series in the last reading that exceeded the limit.
    private(set) var omitted = 0
    /// The number of whole seconds from the beginning to the last reading; -1 before the first.
    private(set) var second = -1
    /// The second of the previous reading. During a reading, a series seen in that second may still follow.
    private var secondBefore = -1
    /// During a reading, the absent series, the longest absent last. Nil until a new series needs their room.
    private var absent: [(key: Key, history: SeriesHistory)]?

    init(_ history: PageHistory) {
        maxCurves = history.maxCurves
    }

    /// The index of the newest finished point of a range; -1 if there is none.
    func newest(_ range: HistoryRange) -> Int {
        range == .minute || second < 0 ? second : second / range.seconds - 1
    }

    subscript(key: Key) -> SeriesHistory? { series[key] }

    /// The number of series with a history.
    var count: Int { series.count }

    /// Returns true if a reading at this time is in a new second. If the clock goes backwards, the history stands still
    /// until the clock catches up.
    func isDue(at elapsed: Duration) -> Bool { elapsed.components.seconds > second }

    /// Adds a reading.
    ///
    /// - Parameters:
    ///   - elapsed: The time since the history began.
    ///   - own: The names of the families that describe the registry itself. They get a history last.
    mutating func add(_ families: [FamilyReading], at elapsed: Duration, own: Set<String>) {
        guard isDue(at: elapsed) else { return }
        let now = Int(elapsed.components.seconds)
        let time = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let finished = HistoryRange.allCases.dropFirst().compactMap { range -> (range: HistoryRange, index: Int)? in
            let index = now / range.seconds
            return second >= 0 && index > second / range.seconds ? (range, index - 1) : nil
        }
        for history in series.values {
            history.clear(.minute, second + 1..<now + 1)
            for (range, index) in finished { history.clear(range, newest(range) + 1..<index + 1) }
        }
        secondBefore = second
        second = now
        omitted = 0
        defer { absent = nil }
        for isOwn in [false, true] {
            for family in families where own.contains(family.name) == isOwn {
                let shape = SeriesShape(family)
                guard shape.curves > 0 else { continue }
                family.forEachSeries { reading in
                    let values = reading.values.prefix(shape.totals).map(\.double)
                    add(Key(family: family.identity, labels: reading.labels), shape, values, time, finished)
                }
            }
        }
    }

    private mutating func add(
        _ key: Key,
        _ shape: SeriesShape,
        _ values: [Double],
        _ time: Double,
        _ finished: [(range: HistoryRange, index: Int)]
    ) {
        if let known = series[key], known.shape.totals == shape.totals, known.shape.curves == shape.curves {
            let wasGone = known.lastSeen < secondBefore
            return known.add(values, second: second, time: time, wasGone: wasGone, finished: finished)
        }
        if let replaced = series.removeValue(forKey: key) { curves -= replaced.shape.weight }
        if curves + shape.weight > maxCurves { removeAbsent(toFit: shape.weight) }
        guard curves + shape.weight <= maxCurves else {
            omitted += 1
            return
        }
        series[key] = SeriesHistory(shape, values, second: second, time: time)
        curves += shape.weight
    }

    /// Evicts absent series, the longest absent first, until there is room.
    private mutating func removeAbsent(toFit wanted: Int) {
        // Computed once for each reading: meanwhile no series becomes absent, but one may return.
        if absent == nil {
            absent = series.filter { $0.value.lastSeen < secondBefore }
                .sorted { $0.value.lastSeen > $1.value.lastSeen }
                .map { ($0.key, $0.value) }
        }
        while curves + wanted > maxCurves, let (key, history) = absent?.popLast() {
            guard history.lastSeen < secondBefore, series[key] === history else { continue }
            series[key] = nil
            curves -= history.shape.weight
        }
    }
}
