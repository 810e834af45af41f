package enum SampleValue: Sendable {
    case integer(UInt64)
    case number(Double)
    /// The format omits the sample.
    case absent
}

/// Integer totals, which saturate at `Int.max`.
enum Total {
    /// The total that a word represents. A word may exceed the maximum for a moment, before the addition resets it.
    @inline(__always)
    static func clamped(_ word: UInt64) -> UInt64 { min(word, UInt64(Int64.max)) }
}
