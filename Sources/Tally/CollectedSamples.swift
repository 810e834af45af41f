internal import Synchronization

/// The values that a collector sets for its families.
///
/// An invalid value, and a value of a family that the collector does not list, is dropped and counted in
/// `tally_rejected_updates_total{reason}`. If a label set is set twice, the later value counts. Beyond a family's
/// limit, values are added up in one child. Totals saturate at `Int.max`, or at the largest finite `Double`.
public struct CollectedSamples {
    /// The storages by the names that the collector uses.
    let storages: [ByteName: FamilyStorage]
    private let context: RegistryContext

    init(_ storages: [ByteName: FamilyStorage], context: RegistryContext) {
        self.storages = storages
        self.context = context
    }

    /// Sets the value of a gauge or counter. Integer counters truncate the value.
    ///
    /// - Parameters:
    ///   - family: A family that the collector lists.
    ///   - labels: The label values, in the order of the family's label names.
    ///   - value: The value. NaN and the infinities are dropped, except in a gauge within the family's limit.
    public mutating func set(_ family: CollectedFamily, _ labels: [String] = [], to value: Double) {
        switch family.kind {
        case .gauge where !value.isFinite: setGauge(family, labels, notFinite: value)
        case .gauge:
            unsafe update(family, labels) { unsafe Self.put(value, in: $0, adding: $1) }
        case .floatCounter:
            guard isTotal(value) else { return }
            // A total has no sign.
            unsafe update(family, labels) { unsafe Self.put(value.magnitude, in: $0, adding: $1) }
        case .counter:
            guard isTotal(value) else { return }
            // A value beyond 64 bits was never a total.
            guard let whole = UInt64(exactly: value.rounded(.towardZero)) else {
                return context.rejected.count(.notFinite)
            }
            set(family, labels, whole)
        default: context.rejected.count(.notCollected)
        }
    }

    /// Sets the value of a gauge or counter.
    public mutating func set(_ family: CollectedFamily, _ labels: [String] = [], to value: Int) {
        guard family.kind == .counter else { return set(family, labels, to: Double(value)) }
        guard let total = UInt64(exactly: value) else { return context.rejected.count(.negative) }
        set(family, labels, total)
    }

    /// Sets a histogram.
    ///
    /// - Parameters:
    ///   - family: One of those that the collector has named.
    ///   - labels: The values, in the order of the family's label names.
    ///   - counts: The number of observations in each bucket alone, not added up; the last of them past all bounds. At
    ///     most `Int.max` together.
    ///   - sum: The sum of the observations, a finite number.
    public mutating func set(_ family: CollectedFamily, _ labels: [String] = [], counts: [Int], sum: Double) {
        let bounds = storages[ByteName(family.name)]?.definition.bounds.count
        guard family.kind == .histogram, let bounds, counts.count == bounds + 1 else {
            return context.rejected.count(.notCollected)
        }
        guard counts.allSatisfy({ $0 >= 0 }) else { return context.rejected.count(.negative) }
        guard sum.isFinite, Self.total(of: counts) != nil else { return context.rejected.count(.notFinite) }
        unsafe update(family, labels) { words, isOverflow in
            let before = counts.indices.map { index in
                isOverflow ? unsafe Int(clamping: words[index].load(ordering: .relaxed)) : 0
            }
            // Buckets are exposed added up: together they must not pass what a counter's total stops at.
            var room = Int.max - (Self.total(of: before) ?? .max)
            for (index, count) in counts.enumerated() {
                let added = min(count, room)
                room -= added
                unsafe words[index].store(UInt64(before[index] + added), ordering: .relaxed)
            }
            // Behind the counts: a sum of nanoseconds, which is not used here, and one of numbers.
            unsafe Self.put(sum, in: words + counts.count + 1, adding: isOverflow)
        }
    }

    private func set(_ family: CollectedFamily, _ labels: [String], _ total: UInt64) {
        unsafe update(family, labels) { word, isOverflow in
            // Two totals of at most 2^63 - 1 do not overflow.
            let before = unsafe isOverflow ? Counter.total(word.pointee.load(ordering: .relaxed)) : 0
            unsafe word.pointee.store(Counter.total(before + Counter.total(total)), ordering: .relaxed)
        }
    }

    /// Sets a gauge to NaN or an infinity, unless it has to share its child: no later addition could repair the sum.
    private func setGauge(_ family: CollectedFamily, _ labels: [String], notFinite value: Double) {
        guard let storage = storages[ByteName(family.name)] else { return context.rejected.count(.notCollected) }
        let before = storage.liveCount
        var isDropped = false
        unsafe update(family, labels) { word, isOverflow in
            isDropped = isOverflow
            if !isOverflow { unsafe Self.put(value, in: word, adding: false) }
        }
        guard isDropped else { return }
        context.rejected.count(.notFinite)
        // The lookup may have made the shared child, which has no value yet.
        guard storage.liveCount > before else { return }
        let shared = storage.definition.labelNames.map { _ in FamilyDefinition.overflowValue }
        DynamicFamily<Gauge>(storage: storage).remove(shared)
    }

    /// The sum of counts, nil if it is past `Int.max`.
    private static func total(of counts: [Int]) -> Int? {
        var total = 0
        for count in counts {
            let (sum, overflow) = total.addingReportingOverflow(count)
            guard !overflow else { return nil }
            total = sum
        }
        return total
    }

    private func isTotal(_ value: Double) -> Bool {
        guard value.isFinite else {
            context.rejected.count(.notFinite)
            return false
        }
        guard value >= 0 else {
            context.rejected.count(.negative)
            return false
        }
        return true
    }

    private func update(
        _ family: CollectedFamily,
        _ labels: [String],
        _ body: (_ words: UnsafeMutablePointer<Atomic<UInt64>>, _ isOverflow: Bool) -> Void
    ) {
        guard let storage = storages[ByteName(family.name)] else { return context.rejected.count(.notCollected) }
        let overflowed = storage.overflowTotal
        let cell = DynamicFamily<Gauge>(storage: storage)[labels].cell
        // A label set may well have the values of the child that others share by then, and must not take its place.
        let isShared = overflowed > 0 && labels.allSatisfy { $0 == FamilyDefinition.overflowValue }
        unsafe cell.withWords { unsafe body($0, isShared || storage.overflowTotal > overflowed) }
    }

    private static func put(_ value: Double, in word: UnsafeMutablePointer<Atomic<UInt64>>, adding isAdding: Bool) {
        if isAdding {
            unsafe word.pointee.addDouble(value)
        } else {
            unsafe word.pointee.store(value.bitPattern, ordering: .relaxed)
        }
    }
}
