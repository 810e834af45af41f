/// A run of text as one block of a deflate stream, with its own prefix codes.
///
/// Optimised for expositions, in which each line resembles the line before it. After a difference, the text usually
/// continues as it did at the distance of the last match, so that distance is tried first. Otherwise, the last position
/// with the same five bytes is looked up by hash. There is no further search, so each difference costs a few steps.
///
/// https://www.rfc-editor.org/rfc/rfc1951
@safe
struct DeflateBlock {
    /// The maximum number of bytes in a block, because positions have 16 bits.
    static let maxBytes = 1 << 16

    private static let maxMatches = 1 << 13
    /// The minimum length of a match. Shorter matches save hardly anything over their literals.
    private static let minMatch = 4
    private static let maxMatch = 258
    private static let maxDistance = 1 << 15
    private static let hashBits: UInt64 = 12
    private static let literals = 286
    /// The index where the frequencies of match lengths begin, after those of literals and distances. The match lengths
    /// are converted to symbols at the end.
    private static let lengthCounts = literals + distances
    private static let distances = 30

    private let text: UnsafePointer<UInt8>
    private let count: Int
    /// The matches: the number of literals before each, its length, and its distance less one.
    private let matches: UnsafeMutablePointer<UInt64>
    private var matchCount = 0
    /// The end of the text that the matches, and the literals after them, cover.
    private var end = 0
    /// The frequencies of literals and length symbols, then of distance symbols, then of match lengths.
    private let frequencies: UnsafeMutablePointer<UInt32>
    private var extraBits = 0

    /// Appends the bits of a block. Returns the number of bytes of text in the block, at least one.
    ///
    /// - Parameter text: At least one byte, at most ``maxBytes``.
    static func append(_ text: UnsafeBufferPointer<UInt8>, to out: inout [UInt8], _ bits: inout BitWriter) -> Int {
        guard let base = text.baseAddress, text.count <= maxBytes else { return text.count }
        return unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: maxMatches) { matches in
            unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: lengthCounts + maxMatch + 1) {
                frequencies in
                unsafe frequencies.initialize(repeating: 0)
                // Temporary memory always has an address.
                var block = unsafe DeflateBlock(
                    text: base,
                    count: text.count,
                    matches: matches.baseAddress.unsafelyUnwrapped,
                    frequencies: frequencies.baseAddress.unsafelyUnwrapped
                )
                block.findMatches()
                block.write(to: &out, &bits)
                return block.end
            }
        }
    }

    private init(
        text: UnsafePointer<UInt8>,
        count: Int,
        matches: UnsafeMutablePointer<UInt64>,
        frequencies: UnsafeMutablePointer<UInt32>
    ) {
        unsafe self.text = text
        self.count = count
        unsafe self.matches = matches
        unsafe self.frequencies = frequencies
    }

    // MARK: Finding

    @inline(__always)
    private func word(_ position: Int) -> UInt64 {
        assert(position >= 0 && position + 8 <= count)
        return unsafe UInt64(littleEndian: UnsafeRawPointer(text + position).loadUnaligned(as: UInt64.self))
    }

    private mutating func findMatches() {
        unsafe withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 1 << Int(Self.hashBits)) { places in
            // Position 0 is a safe default, because every candidate is compared with the text.
            unsafe places.initialize(repeating: 0)
            guard let places = places.baseAddress else { return }
            unsafe findMatches(places)
        }
    }

    private mutating func findMatches(_ places: UnsafeMutablePointer<UInt16>) {
        let last = count - 8
        var position = 0
        var literal = 0
        var distance = 0
        // Neighbouring matches mostly have the same distance, so frequencies are updated once per run of matches.
        var repeated: UInt32 = 0
        while position <= last, matchCount < Self.maxMatches {
            let word = word(position)
            var source = position &- distance
            if distance == 0 || UInt32(truncatingIfNeeded: self.word(source) ^ word) != 0 {
                let hash = Int(truncatingIfNeeded: ((word &<< 24) &* 0x9E37_79B9_7F4A_7C15) &>> (64 &- Self.hashBits))
                source = unsafe Int(places[hash])
                unsafe places[hash] = UInt16(truncatingIfNeeded: position)
                guard source < position, position &- source <= Self.maxDistance, (self.word(source) ^ word) &<< 24 == 0
                else {
                    position &+= 1
                    continue
                }
            }
            let length = matchLength(position, source, last)
            while literal < position {
                unsafe frequencies[Int(text[literal])] &+= 1
                literal &+= 1
            }
            unsafe frequencies[Self.lengthCounts &+ length] &+= 1
            if position &- source != distance {
                count(distance, repeated)
                distance = position &- source
                repeated = 0
            }
            repeated &+= 1
            let skipped = position &- end
            unsafe matches[matchCount] =
                UInt64(truncatingIfNeeded: skipped) &<< 32 | UInt64(truncatingIfNeeded: length) &<< 16
                | UInt64(truncatingIfNeeded: distance &- 1)
            matchCount &+= 1
            position &+= length
            literal = position
            end = position
        }
        count(distance, repeated)
        // If the block is full of matches, the rest of the text goes into the next block.
        if matchCount < Self.maxMatches { end = count }
        while literal < end {
            unsafe frequencies[Int(text[literal])] &+= 1
            literal &+= 1
        }
        unsafe frequencies[256] = 1
        for length in Self.minMatch...Self.maxMatch {
            let times = unsafe frequencies[Self.lengthCounts + length]
            guard times > 0 else { continue }
            let pair = DeflatePair(length: length)
            unsafe frequencies[pair.symbol] += times
            extraBits += Int(pair.extraCount) * Int(times)
        }
    }

    private mutating func count(_ distance: Int, _ times: UInt32) {
        guard times > 0 else { return }
        let pair = DeflatePair(distance: distance)
        unsafe frequencies[Self.literals &+ pair.symbol] &+= times
        extraBits &+= Int(truncatingIfNeeded: pair.extraCount) &* Int(times)
    }

    /// The length of the match between two positions that agree in at least four bytes.
    @inline(__always)
    private func matchLength(_ position: Int, _ source: Int, _ last: Int) -> Int {
        let limit = min(Self.maxMatch, count &- position)
        var length = 0
        while position &+ length <= last, length < limit {
            let difference = word(source &+ length) ^ word(position &+ length)
            if difference != 0 { return min(limit, length &+ difference.trailingZeroBitCount / 8) }
            length &+= 8
        }
        length = min(limit, length)
        while length < limit, unsafe text[source &+ length] == text[position &+ length] { length &+= 1 }
        return length
    }

    // MARK: Writing

    private func write(to out: inout [UInt8], _ bits: inout BitWriter) {
        let lengths = unsafe PrefixCode(UnsafeBufferPointer(start: frequencies, count: Self.literals), maxLength: 15)
        let distances = unsafe PrefixCode(
            UnsafeBufferPointer(start: frequencies + Self.literals, count: Self.distances),
            maxLength: 15
        )
        let header = BlockHeader(lengths, distances)
        var size = extraBits + header.maxBits
        for (index, word) in (lengths.words + distances.words).enumerated() {
            size += unsafe Int(frequencies[index]) * Int(word >> 16)
        }
        // Leaves room for an eight-byte store past the end, and for up to seven bits that are already pending.
        out += unsafe [UInt8](unsafeUninitializedCapacity: size / 8 + 16) { memory, count in
            guard let start = UnsafeMutableRawPointer(memory.baseAddress) else { return }
            var writer = bits
            let place = unsafe header.write(at: start, &writer)
            let end = unsafe lengths.words.withUnsafeBufferPointer { lengths in
                unsafe distances.words.withUnsafeBufferPointer { distances in
                    unsafe write(at: place, &writer, lengths, distances)
                }
            }
            bits = writer
            count = unsafe end - start
        }
    }

    private func write(
        at start: UnsafeMutableRawPointer,
        _ bits: inout BitWriter,
        _ lengths: UnsafeBufferPointer<UInt32>,
        _ distances: UnsafeBufferPointer<UInt32>
    ) -> UnsafeMutableRawPointer {
        unsafe useCodes(lengths)
        var writer = bits
        var place = unsafe start
        var position = 0
        var distance = -1
        /// The code of the last distance, including its extra bits.
        var (code, codeLength): (UInt64, UInt64) = (0, 0)
        for index in 0..<matchCount {
            let match = unsafe matches[index]
            let literalEnd = position &+ Int(truncatingIfNeeded: match &>> 32)
            unsafe place = writeLiterals(position, literalEnd, at: place, &writer, lengths)
            position = literalEnd
            if distance != Int(truncatingIfNeeded: match & 0xFFFF) {
                distance = Int(truncatingIfNeeded: match & 0xFFFF)
                let pair = DeflatePair(distance: distance &+ 1)
                let word = unsafe UInt64(distances[pair.symbol])
                codeLength = word &>> 16 &+ pair.extraCount
                code = word & 0xFFFF | pair.extra &<< (word &>> 16)
            }
            let length = Int(truncatingIfNeeded: match &>> 16 & 0xFFFF)
            let word = unsafe UInt64(frequencies[Self.lengthCounts &+ length])
            writer.append(word & 0xFF_FFFF | code &<< (word &>> 24), word &>> 24 &+ codeLength)
            unsafe place = writer.flush(to: place)
            position &+= length
        }
        unsafe place = writeLiterals(position, end, at: place, &writer, lengths)
        let last = unsafe UInt64(lengths[256])
        writer.append(last & 0xFFFF, last &>> 16)
        unsafe place = writer.flush(to: place)
        bits = writer
        return unsafe place
    }

    /// Replaces the frequency of each match length with its code and extra bits. The upper byte is their bit count.
    private func useCodes(_ codes: UnsafeBufferPointer<UInt32>) {
        for length in Self.minMatch...Self.maxMatch where unsafe frequencies[Self.lengthCounts + length] > 0 {
            let pair = DeflatePair(length: length)
            let word = unsafe codes[pair.symbol]
            let count = word >> 16
            unsafe frequencies[Self.lengthCounts + length] =
                (count + UInt32(pair.extraCount)) << 24 | UInt32(pair.extra) << count | word & 0xFFFF
        }
    }

    /// Writes literals, and leaves at most 7 bits in the writer.
    @inline(__always)
    private func writeLiterals(
        _ start: Int,
        _ end: Int,
        at start0: UnsafeMutableRawPointer,
        _ writer: inout BitWriter,
        _ codes: UnsafeBufferPointer<UInt32>
    ) -> UnsafeMutableRawPointer {
        var place = unsafe start0
        var position = start
        while position < end {
            let word = unsafe UInt64(codes[Int(text[position])])
            writer.append(word & 0xFFFF, word &>> 16)
            position &+= 1
            // Leaves room for another code of 15 bits.
            if writer.count > 48 { unsafe place = writer.flush(to: place) }
        }
        return unsafe writer.flush(to: place)
    }
}
