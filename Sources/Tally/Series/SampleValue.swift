internal import Synchronization

enum SampleValue: Sendable {
    case integer(UInt64)
    case number(Double)
    /// The format must not have the sample.
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

    func word(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> { unsafe pointer + index }
}

/// Integer totals, which stop at `Int.max`.
enum Total {
    /// The total that a word stands for: an addition may take the word past the end before it is taken back.
    @inline(__always)
    static func clamped(_ word: UInt64) -> UInt64 { min(word, UInt64(Int64.max)) }
}
