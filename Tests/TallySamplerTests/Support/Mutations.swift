/// Random changes of a text, determined by a seed.
struct Mutations: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64. https://prng.di.unimi.it/splitmix64.c
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private static let pieces: [[UInt8]] = [
        "18446744073709551615", "18446744073709551616", "-1", "1e400", "1e19", "0.5", "null", "{}", "[]", "\"", "\\",
        "\n",
        " ", ":", ",", "true", "99999999999999999999999999", "\\u0000", "\\ud800", "[[[[[[[[", "{\"a\":",
        "0001-01-01T00:00:00Z",
        "2026-11-21T09:48:21.999999999999+99:99", "=",
    ].map { Array($0.utf8) }

    /// Makes one to four changes: replaces a byte or range, inserts, removes or doubles a range, or truncates.
    mutating func mutated(_ text: [UInt8]) -> [UInt8] {
        var text = text
        for _ in 0...Int.random(in: 0...3, using: &self) {
            let place = Int.random(in: 0...text.count, using: &self)
            let end = min(text.count, place + Int.random(in: 0...12, using: &self))
            switch Int.random(in: 0...5, using: &self) {
            case 0: if place < text.count { text[place] = UInt8.random(in: 0...255, using: &self) }
            case 1: text.insert(contentsOf: Self.pieces.randomElement(using: &self) ?? [], at: place)
            case 2: text.replaceSubrange(place..<end, with: Self.pieces.randomElement(using: &self) ?? [])
            case 3: text.removeSubrange(place..<end)
            case 4: text.insert(contentsOf: text[place..<end], at: place)
            default: text.removeSubrange(place...)
            }
            if text.isEmpty { break }
        }
        return text
    }
}
