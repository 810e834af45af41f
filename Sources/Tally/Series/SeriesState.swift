internal import Synchronization

/// State that a series keeps beside its words.
protocol SeriesState: AnyObject, Sendable {
    /// Updates words before a scrape reads them.
    func update(_ words: SeriesWords)
    /// True if the values are estimates because the state ran out of room.
    var isOverflowing: Bool { get }
    /// A checksum that almost certainly changes with every update that changes no word.
    var checksum: UInt64 { get }
    /// Sets the values to zero.
    func reset()
}

extension SeriesState {
    func update(_ words: SeriesWords) {}
    var isOverflowing: Bool { false }
    var checksum: UInt64 { 0 }
    func reset() {}
}

/// The words of a series, for readers.
@safe
struct SeriesWords {
    let pointer: UnsafeMutablePointer<Atomic<UInt64>>
    /// The state that the series keeps beside the words, for an encoder.
    private let state: (any SeriesState)?

    init(_ pointer: UnsafeMutablePointer<Atomic<UInt64>>, _ state: (any SeriesState)? = nil) {
        unsafe self.pointer = unsafe pointer
        self.state = state
    }

    func state<State: SeriesState>(as type: State.Type) -> State? { state as? State }

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
