/// Finds children by the text of their labels.
///
/// Lookups read from manually allocated memory, which avoids the reference counting of arrays.
///
/// Unchecked `Sendable`, because pointers are not: the memory is written once, in the initialiser.
@safe
final class LabelText: @unchecked Sendable {
    private let storage: FamilyStorage
    private let count: Int
    private let fields: UnsafeMutablePointer<LabelField>
    /// Pieces with addresses in the definition that `storage` retains.
    private let fragments: UnsafeMutablePointer<LabelFragments.Piece>

    init(storage: FamilyStorage, fields: [LabelField]) {
        self.storage = storage
        count = fields.count
        unsafe self.fields = .allocate(capacity: max(1, count))
        unsafe fragments = .allocate(capacity: max(1, count))
        for (index, field) in fields.enumerated() {
            unsafe (self.fields + index).initialize(to: field)
            unsafe (fragments + index).initialize(to: storage.definition.fragments[index])
        }
    }

    deinit {
        unsafe fields.deinitialize(count: count)
        unsafe fields.deallocate()
        unsafe fragments.deallocate()
    }

    func cell(_ labels: UnsafeRawPointer, enter: ((SeriesCell) -> Void)? = nil) -> SeriesCell {
        unsafe LabelTextWriter.withText(
            { unsafe write(labels, to: &$0) },
            { text, shortened in
                if shortened > 0 { storage.definition.context.rejected.countShortened() }
                return unsafe storage.child(text, enter: enter)
            }
        )
    }

    func remove(_ labels: UnsafeRawPointer) -> Bool {
        unsafe LabelTextWriter.withText({ unsafe write(labels, to: &$0) }, { text, _ in unsafe storage.remove(text) })
    }

    func reserve(_ labels: UnsafeRawPointer) {
        unsafe LabelTextWriter.withText({ unsafe write(labels, to: &$0) }, { text, _ in unsafe storage.reserve(text) })
    }

    @inline(__always)
    private func write(_ labels: UnsafeRawPointer, to writer: inout LabelTextWriter) {
        for index in 0..<count {
            writer.append(unsafe fragments[index])
            unsafe fields[index].write(labels + fields[index].offset, &writer)
        }
        if count > 0 { writer.append(UInt8(ascii: "\"")) }
    }
}
