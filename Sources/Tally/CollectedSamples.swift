internal import Synchronization

/// What a collector has to say: the values of its families.
///
/// A value that makes no sense is dropped and counted in `tally_rejected_updates_total{reason}`; so is one of a family that
/// the collector has not named. Of two values of one label set the later one counts.
public struct CollectedSamples {
    /// By the names under which the collector knows them.
    let storages: [ByteName: FamilyStorage]
    private let context: RegistryContext

    init(_ storages: [ByteName: FamilyStorage], context: RegistryContext) {
        self.storages = storages
        self.context = context
    }

    /// Sets a gauge, or a total. Of an integer counter the fraction is cut.
    ///
    /// - Parameters:
    ///   - family: One of those that the collector has named.
    ///   - labels: The values, in the order of the family's label names.
    ///   - value: What it is now.
    public mutating func set(_ family: CollectedFamily, _ labels: [String] = [], to value: Double) {
        switch family.kind {
        case .gauge:
            unsafe update(family, labels) { unsafe Self.put(value, in: $0, adding: $1) }
        case .floatCounter:
            guard isTotal(value) else { return }
            unsafe update(family, labels) { unsafe Self.put(value, in: $0, adding: $1) }
        case .counter:
            guard isTotal(value) else { return }
            guard let whole = UInt64(exactly: value.rounded(.towardZero)) else {
                return context.rejected.count(.notFinite)
            }
            set(family, labels, whole)
        default: context.rejected.count(.notCollected)
        }
    }

    /// Sets a gauge, or a total.
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
    ///   - counts: How many observations fell into each bucket by itself, not added up; the last of them past all bounds.
    ///   - sum: The sum of the observations.
    public mutating func set(_ family: CollectedFamily, _ labels: [String] = [], counts: [Int], sum: Double) {
        let bounds = storages[ByteName(family.name)]?.definition.bounds.count
        guard family.kind == .histogram, let bounds, counts.count == bounds + 1 else {
            return context.rejected.count(.notCollected)
        }
        guard counts.allSatisfy({ $0 >= 0 }) else { return context.rejected.count(.negative) }
        unsafe update(family, labels) { words, isOverflow in
            for (index, count) in counts.enumerated() {
                let before = unsafe isOverflow ? words[index].load(ordering: .relaxed) : 0
                unsafe words[index].store(before &+ UInt64(count), ordering: .relaxed)
            }
            // Behind the counts: a sum of nanoseconds, which is not used here, and one of numbers.
            unsafe Self.put(sum, in: words + counts.count + 1, adding: isOverflow)
        }
    }

    private func set(_ family: CollectedFamily, _ labels: [String], _ total: UInt64) {
        unsafe update(family, labels) { word, isOverflow in
            let before = unsafe isOverflow ? word.pointee.load(ordering: .relaxed) : 0
            unsafe word.pointee.store(before &+ total, ordering: .relaxed)
        }
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
