/// The values that a collector sets for its families.
///
/// An invalid value, or a value of a family that the collector does not list, is dropped and counted in
/// `tally_rejected_updates_total{reason}`. If a label set is set twice, the later value replaces the earlier one.
/// Beyond a family's limit, values are summed in one child, up to `Int.max` or the largest finite `Double`.
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
        switch layout(of: family)?.values {
        case .numbers(canFall: true):
            if value.isFinite {
                update(family, labels) { $0.set(0, to: value, adding: $1) }
            } else {
                set(family, labels, notFinite: value)
            }
        case .numbers(canFall: false):
            guard isTotal(value) else { return }
            // Turns -0.0 into 0.0.
            update(family, labels) { $0.set(0, to: value.magnitude, adding: $1) }
        case .totals:
            guard isTotal(value) else { return }
            // A value beyond 64 bits cannot be a total.
            guard let whole = UInt64(exactly: value.rounded(.towardZero)) else { return reject(.notFinite) }
            set(family, labels, total: whole)
        case .constant, .read, nil: reject(.notCollected)
        }
    }

    /// Sets the value of a gauge or counter to an integer, which is exact up to 2^53 or, in an integer counter, always.
    public mutating func set(_ family: CollectedFamily, _ labels: [String] = [], to value: Int) {
        guard let layout = layout(of: family), layout.isRunOfWords else {
            return set(family, labels, to: Double(value))
        }
        guard let total = UInt64(exactly: value) else { return reject(.negative) }
        set(family, labels, total: total)
    }

    private func set(_ family: CollectedFamily, _ labels: [String], total: UInt64) {
        update(family, labels) { words, isShared in
            // Cannot overflow: both are at most 2^63 - 1.
            let before = isShared ? Total.clamped(words[0]) : 0
            words[0] = Total.clamped(before + Total.clamped(total))
        }
    }

    /// Sets a value to NaN or an infinity, unless label sets share the child: no later addition could repair the sum.
    private func set(_ family: CollectedFamily, _ labels: [String], notFinite value: Double) {
        guard let storage = storages[ByteName(family.name)] else { return reject(.notCollected) }
        let before = storage.liveCount
        var isDropped = false
        update(family, labels) { words, isShared in
            isDropped = isShared
            if !isShared { words.set(0, to: value, adding: false) }
        }
        guard isDropped else { return }
        reject(.notFinite)
        // The lookup may have created the overflow child, which must not be exposed without a value.
        guard storage.liveCount > before else { return }
        _ = storage.remove(storage.definition.labelNames.map { _ in FamilyDefinition.overflowValue })
    }

    private func isTotal(_ value: Double) -> Bool {
        guard value.isFinite, value >= 0 else {
            reject(value.isFinite ? .negative : .notFinite)
            return false
        }
        return true
    }

    // MARK: For every kind of instrument

    /// The layout of the registered family, or nil if the collector lists no such family of this kind.
    func layout(of family: CollectedFamily) -> InstrumentLayout? {
        let layout = storages[ByteName(family.name)]?.definition.layout
        return layout?.kind == family.request.layout.kind ? layout : nil
    }

    func reject(_ reason: RejectedUpdates.Reason) { context.rejected.count(reason) }

    /// Calls `body` with the words of a child. If `isShared`, `body` must add its values to those of other label sets.
    func update(
        _ family: CollectedFamily,
        _ labels: [String],
        _ body: (_ words: SeriesWords, _ isShared: Bool) -> Void
    ) {
        guard let storage = storages[ByteName(family.name)] else { return reject(.notCollected) }
        let overflowed = storage.overflowTotal
        let cell = storage.child(labels)
        // A label set may spell the values of the overflow child, but must not overwrite the sum.
        let isShared = overflowed > 0 && labels.allSatisfy { $0 == FamilyDefinition.overflowValue }
        unsafe cell.withWords { body(unsafe SeriesWords($0), isShared || storage.overflowTotal > overflowed) }
    }
}

extension SeriesWords {
    func set(_ index: Int, to value: Double, adding isAdding: Bool) {
        if isAdding {
            unsafe word(index).pointee.addDouble(value)
        } else {
            self[index] = value.bitPattern
        }
    }
}
