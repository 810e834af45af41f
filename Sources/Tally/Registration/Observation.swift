struct ObservedValue: Sendable {
    /// Calls the application's closure and returns the bits of its answer.
    let read: @Sendable () -> UInt64
    let store: @Sendable (_ bits: UInt64, SeriesCell) -> Void
}

/// The calls of one registered closure.
///
/// Only a scrape that receives an answer in time stores it, so the late answer of an abandoned call changes nothing.
/// Each answer is stored at most once, and never after a later one.
final class Observation: Sendable {
    private let call: HostCall<(number: Int, bits: UInt64)>
    private let store: @Sendable (UInt64) -> Void
    /// The number of the last answer that was stored.
    private let stored = Locked(0)

    init(of value: ObservedValue, in storage: FamilyStorage) {
        let calls = Locked(0)
        call = HostCall {
            let bits = value.read()
            return (
                calls.withLock {
                    $0 += 1
                    return $0
                }, bits
            )
        }
        store = { value.store($0, storage.onlyChild()) }
    }

    /// Updates the series. Returns false if the closure fails or does not answer in time.
    func update(
        on thread: CallThread,
        within limit: Duration?,
        isScrape: Bool,
        _ context: RegistryContext
    ) -> Bool {
        guard let answer = call.answer(on: thread, within: limit, isScrape: isScrape, context) else { return false }
        stored.withLock { stored in
            guard answer.number > stored else { return }
            stored = answer.number
            store(answer.bits)
        }
        return true
    }

    /// Drops all further answers, because another closure has replaced this one.
    func retire() {
        stored.withLock { $0 = .max }
    }
}
