internal import Synchronization

/// The samples of a series that has many. What is one word is read once, so that they belong together.
@unsafe
struct PartValues {
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private let states: UInt64?

    init(_ kind: MetricKind, _ words: UnsafeMutablePointer<Atomic<UInt64>>) {
        unsafe self.words = words
        unsafe states = kind == .stateSet ? words.pointee.load(ordering: .relaxed) : nil
    }

    subscript(part: Int) -> UInt64 {
        if let states = unsafe states { return states >> UInt64(part) & 1 }
        return unsafe words[part].load(ordering: .relaxed)
    }
}
