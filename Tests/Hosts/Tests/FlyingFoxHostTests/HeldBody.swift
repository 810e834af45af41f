import FlyingSocks
import TallyTesting

/// A body of one piece, after which two seconds pass until its end.
struct HeldBody: AsyncBufferedSequence {
    typealias Element = UInt8
    let clock: ManualClock

    func makeAsyncIterator() -> Iterator { Iterator(clock: clock) }

    struct Iterator: AsyncBufferedIteratorProtocol {
        let clock: ManualClock
        var isBegun = false

        mutating func next() async throws -> UInt8? { nil }

        mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? {
            guard isBegun else {
                isBegun = true
                return Array("held".utf8)
            }
            clock.advance(by: .seconds(2))
            return nil
        }
    }
}
