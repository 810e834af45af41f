/// A canonical prefix code of limited length, with shorter codes for more frequent symbols.
///
/// https://www.rfc-editor.org/rfc/rfc1951#section-3.2.2
struct PrefixCode {
    /// For each symbol, the length of its code in the upper half and the bits of the code in the lower half, in the
    /// order in which they are written. 0 for a symbol that does not occur.
    let words: [UInt32]

    /// Creates a code. At least two symbols get a code, because some decoders reject a tree with a single leaf.
    ///
    /// - Parameters:
    ///   - frequencies: The frequencies of at most 512 symbols, each below 2^23.
    ///   - maxLength: The maximum length of a code, at most 15 and sufficient for the symbols.
    init(_ frequencies: UnsafeBufferPointer<UInt32>, maxLength: Int) {
        var symbols = frequencies.indices.filter { unsafe frequencies[$0] > 0 }
        for symbol in frequencies.indices where unsafe symbols.count < 2 && frequencies[symbol] == 0 {
            symbols.append(symbol)
        }
        // Frequency and symbol share a word, so that sorting compares integers. The rarest symbol is first.
        let sorted = symbols.map { unsafe max(1, frequencies[$0]) << 9 | UInt32($0) }.sorted()
        let lengths = Self.lengths(sorted.map { Int($0 >> 9) }, maxLength)

        var words = [UInt32](repeating: 0, count: frequencies.count)
        for (entry, length) in zip(sorted, lengths) { words[Int(entry & 511)] = UInt32(length) << 16 }
        var counts = [UInt32](repeating: 0, count: maxLength + 1)
        for length in lengths { counts[length] += 1 }
        var next = [UInt32](repeating: 0, count: maxLength + 1)
        for length in 1..<max(2, next.count) {
            next[length] = (next[length - 1] + (length > 1 ? counts[length - 1] : 0)) << 1
        }
        for symbol in words.indices where words[symbol] > 0 {
            let length = words[symbol] >> 16
            words[symbol] |= Self.reversed(next[Int(length)], length)
            next[Int(length)] += 1
        }
        self.words = words
    }

    /// The symbols up to and including the last one with a code.
    var used: ArraySlice<UInt32> { words[...(words.lastIndex { $0 > 0 } ?? 0)] }

    /// The lengths of an optimal code, from the rarest symbol to the most frequent. Uses two queues: the leaves, and
    /// the inner nodes, which are created in ascending order of weight.
    private static func lengths(_ frequencies: [Int], _ maxLength: Int) -> [Int] {
        let leaves = frequencies.count
        var weights = frequencies
        var parents = [Int](repeating: 0, count: 2 * leaves - 1)
        var (leaf, inner) = (0, leaves)
        for node in leaves..<(2 * leaves - 1) {
            var weight = 0
            for _ in 0..<2 {
                let isLeaf = leaf < leaves && (inner >= node || weights[leaf] <= weights[inner])
                let child = isLeaf ? leaf : inner
                if isLeaf { leaf += 1 } else { inner += 1 }
                weight += weights[child]
                parents[child] = node
            }
            weights.append(weight)
        }
        var depths = [Int](repeating: 0, count: 2 * leaves - 1)
        for node in (0..<(2 * leaves - 2)).reversed() { depths[node] = depths[parents[node]] + 1 }
        return limited(depths[..<leaves], maxLength)
    }

    /// Shortens codes that are too long, and lengthens others until the code can be decoded again.
    private static func limited(_ lengths: ArraySlice<Int>, _ maxLength: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: maxLength + 1)
        for length in lengths { counts[min(length, maxLength)] += 1 }
        // In units of `2^-maxLength` of the code space, which is the smallest share that a code can have.
        var shares = (1...maxLength).reduce(0) { $0 + counts[$1] << (maxLength - $1) }
        while shares > 1 << maxLength {
            guard let length = (1..<maxLength).last(where: { counts[$0] > 0 }) else { break }
            counts[maxLength] -= 1
            counts[length] -= 1
            counts[length + 1] += 2
            shares -= 1
        }
        return (1...maxLength).reversed().flatMap { Array(repeating: $0, count: counts[$0]) }
    }

    private static func reversed(_ code: UInt32, _ length: UInt32) -> UInt32 {
        (0..<length).reduce(0) { $0 << 1 | code >> $1 & 1 }
    }
}
