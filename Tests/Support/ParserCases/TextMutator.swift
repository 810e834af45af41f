/// Nearly valid expositions: the cases with random changes, which are the same for the same seed.
package struct TextMutator {
    private var state: UInt64

    /// Pieces that have a meaning to a parser.
    private static let pieces: [[UInt8]] =
        [
            "# TYPE ", "# HELP ", "# UNIT ", "# EOF", "# EOF\n", " # {", "{", "}", "\"", "\\", "\\n", "\n", "\r", "\t",
            " ", ",",
            "=", "=\"", "\",", "+Inf", "-Inf", "NaN", "0", "1", "-1", "1e999", "9223372036854775808", ".", "e",
            "_total",
            "_bucket", "_count", "_sum", "_created", "_info", "le=\"+Inf\"", "quantile=\"0.5\"", "histogram", "counter",
            "é", "\u{301}", "\u{600}",
            "\u{0}", "mail", "wait", "{\"mail\"}",
        ].map { Array($0.utf8) } + [[0xFF], [0xE2, 0x82], [0xC0]]

    private static let accepted = ParserCase.all.filter { $0.error == nil }

    package init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    /// The next text, and the format to parse it as.
    package mutating func next() -> (syntax: ParserCase.Syntax, bytes: [UInt8]) {
        let cases = ParserCase.all
        // Mostly from accepted cases, because a parser stops at the first mistake.
        let start = below(4) == 0 ? cases[below(cases.count)] : Self.accepted[below(Self.accepted.count)]
        var bytes = start.bytes
        for _ in 0..<(1 + below(3)) { mutate(&bytes, with: cases[below(cases.count)].bytes) }
        let isOther = below(8) == 0
        return (isOther ? (start.syntax == .openMetrics ? .prometheusText : .openMetrics) : start.syntax, bytes)
    }

    private mutating func mutate(_ bytes: inout [UInt8], with other: [UInt8]) {
        let place = below(bytes.count + 1)
        let end = min(bytes.count, place + 1 + below(8))
        switch below(8) {
        case 0: if place < bytes.count { bytes[place] ^= 1 << UInt8(below(8)) }
        case 1: if place < bytes.count { bytes[place] = UInt8(32 + below(95)) }
        case 2: bytes.removeSubrange(place..<end)
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 4, 5: bytes.insert(contentsOf: Self.pieces[below(Self.pieces.count)], at: place)
        case 6: bytes.replaceSubrange(place..<end, with: other[..<min(other.count, below(40))])
        default:
            // A whole line of this text or another.
            var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
            let more = other.split(separator: UInt8(ascii: "\n")).map(Array.init)
            let line = below(2) == 0 || more.isEmpty ? lines[below(lines.count)] : more[below(more.count)]
            lines.insert(line, at: below(lines.count))
            bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
        }
    }

    private mutating func below(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % bound
    }
}
