/// The label sets of a family that do not count towards its limit: whole label sets, and all label sets with a known
/// value of one label.
///
/// Compares escaped text, as lookups do. Checks do not allocate, because a full family checks each unknown label set.
struct ReservedLabels: Sendable {
    private struct Text {
        let bytes: [UInt8]
        let revision: Int
    }

    /// The texts of whole label sets, by hash.
    private var sets: [UInt32: [Text]] = [:]
    /// The texts of values of one label, by hash.
    private var values: [UInt32: [Text]] = [:]
    /// The number of insertions of new values.
    private(set) var revision = 0
    /// The position of the label that `values` belong to.
    private var label = 0

    var isEmpty: Bool { sets.isEmpty && values.isEmpty }

    /// Inserts a label set. Returns false if it was already present.
    mutating func insert(_ labels: UnsafeBufferPointer<UInt8>, _ hash: UInt32) -> Bool {
        unsafe Self.insert(labels, hash, revision, into: &sets)
    }

    /// Inserts every label set with one of these values of a label. A family reserves values of one label only.
    ///
    /// Returns false if all of them were already present. Otherwise, begins a new revision.
    mutating func insert(values: [String], ofLabel label: Int, seed: UInt64) -> Bool {
        self.label = label
        var isNew = false
        for value in values {
            let text = LabelTextWriter.escaped(value)
            let isInserted = unsafe text.withUnsafeBufferPointer {
                unsafe Self.insert($0, labelHash($0, seed: seed), revision + 1, into: &self.values)
            }
            if isInserted { isNew = true }
        }
        if isNew { revision += 1 }
        return isNew
    }

    /// True if a label set is reserved.
    ///
    /// - Parameters:
    ///   - fragments: The texts before the values of the family's labels.
    ///   - seed: The seed of the hashes.
    ///   - revision: If not nil, returns true only if the label set was not reserved at this revision.
    func contains(
        _ labels: UnsafeBufferPointer<UInt8>,
        _ hash: UInt32,
        _ fragments: LabelFragments,
        seed: UInt64,
        after revision: Int? = nil
    ) -> Bool {
        if unsafe !sets.isEmpty && Self.text(labels, hash, in: sets) != nil { return revision == nil }
        guard !values.isEmpty else { return false }
        let value = unsafe value(labels, fragments)
        guard let found = unsafe Self.text(value, labelHash(value, seed: seed), in: values) else { return false }
        return revision.map { found.revision > $0 } ?? true
    }

    /// The text of the label's value in the text of a label set.
    private func value(
        _ labels: UnsafeBufferPointer<UInt8>,
        _ fragments: LabelFragments
    ) -> UnsafeBufferPointer<UInt8> {
        var start = 0
        var end = 0
        for index in 0...label {
            start = end + fragments[index].length
            end = start
            // Every value ends with an unescaped quote.
            while unsafe end < labels.count && labels[end] != UInt8(ascii: "\"") {
                end += unsafe labels[end] == UInt8(ascii: "\\") ? 2 : 1
            }
        }
        guard start <= end, end <= labels.count else { return unsafe UnsafeBufferPointer(start: nil, count: 0) }
        return unsafe UnsafeBufferPointer(rebasing: labels[start..<end])
    }

    private static func text(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ hash: UInt32,
        in texts: [UInt32: [Text]]
    ) -> Text? {
        texts[hash]?.first { other in
            unsafe other.bytes.withUnsafeBufferPointer { unsafe equalBytes($0, bytes) }
        }
    }

    private static func insert(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ hash: UInt32,
        _ revision: Int,
        into texts: inout [UInt32: [Text]]
    ) -> Bool {
        guard unsafe text(bytes, hash, in: texts) == nil else { return false }
        unsafe texts[hash, default: []].append(Text(bytes: Array(bytes), revision: revision))
        return true
    }
}
