/// The label sets of a family that stand outside its limit: whole label sets, and all those with a known value of one
/// label.
///
/// Both are compared by their escaped text, as lookups are. A check allocates nothing, because every lookup that a full
/// family turns away makes one.
struct ReservedLabels: Sendable {
    /// The texts of whole label sets, by hash.
    private var sets: [UInt32: [[UInt8]]] = [:]
    /// The texts of values of one label, by hash.
    private var values: [UInt32: [[UInt8]]] = [:]
    /// The position of the label that `values` belong to.
    private var label = 0

    var isEmpty: Bool { sets.isEmpty && values.isEmpty }

    /// Inserts a label set. Returns false if it was there.
    mutating func insert(_ labels: UnsafeBufferPointer<UInt8>, _ hash: UInt32) -> Bool {
        unsafe Self.insert(labels, hash, into: &sets)
    }

    /// Inserts every label set with one of these values of a label. A family reserves values of one label only.
    mutating func insert(values: [String], ofLabel label: Int, seed: UInt64) {
        self.label = label
        for value in values {
            let text = LabelTextWriter.escaped(value)
            _ = unsafe text.withUnsafeBufferPointer {
                unsafe Self.insert($0, labelHash($0, seed: seed), into: &self.values)
            }
        }
    }

    /// True if a label set is reserved.
    ///
    /// - Parameters:
    ///   - fragments: The texts before the values of the family's labels.
    ///   - seed: The seed of the hashes.
    func contains(
        _ labels: UnsafeBufferPointer<UInt8>,
        _ hash: UInt32,
        _ fragments: LabelFragments,
        seed: UInt64
    ) -> Bool {
        if unsafe !sets.isEmpty && Self.contains(labels, hash, sets) { return true }
        guard !values.isEmpty else { return false }
        let value = unsafe value(labels, fragments)
        return unsafe Self.contains(value, labelHash(value, seed: seed), values)
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

    private static func contains(
        _ text: UnsafeBufferPointer<UInt8>,
        _ hash: UInt32,
        _ texts: [UInt32: [[UInt8]]]
    ) -> Bool {
        guard let same = texts[hash] else { return false }
        return same.contains { other in
            unsafe other.withUnsafeBufferPointer { unsafe equalBytes($0, text) }
        }
    }

    private static func insert(
        _ text: UnsafeBufferPointer<UInt8>,
        _ hash: UInt32,
        into texts: inout [UInt32: [[UInt8]]]
    ) -> Bool {
        guard unsafe !contains(text, hash, texts) else { return false }
        unsafe texts[hash, default: []].append(Array(text))
        return true
    }
}
