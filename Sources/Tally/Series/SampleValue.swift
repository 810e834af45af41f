internal import Synchronization

package enum SampleValue: Sendable {
    case integer(UInt64)
    case number(Double)
    /// The format omits the sample.
    case absent
}

@safe
struct SeriesWords {
    let pointer: UnsafeMutablePointer<Atomic<UInt64>>

    init(_ pointer: UnsafeMutablePointer<Atomic<UInt64>>) {
        unsafe self.pointer = unsafe pointer
    }

    subscript(index: Int) -> UInt64 {
        get { unsafe pointer[index].load(ordering: .relaxed) }
        nonmutating set { unsafe pointer[index].store(newValue, ordering: .relaxed) }
    }

    /// The sum of numbers that are spread over stripes.
    func sum(stripes: Int) -> Double {
        (0..<stripes).reduce(0) { $0 + Double(bitPattern: self[$1 * Stripes.words]) }
    }

    func word(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> { unsafe pointer + index }
}

/// Integer totals, which saturate at `Int.max`.
enum Total {
    /// The total that a word represents. A word may exceed the maximum for a moment, before the addition resets it.
    @inline(__always)
    static func clamped(_ word: UInt64) -> UInt64 { min(word, UInt64(Int64.max)) }
}
