internal import Tally

/// Wakes the one task that waits for it. Several signals before the end of a wait count as one.
final class LoopSignal: Sendable {
    private let next = Locked(FirstAnswer<Void>())

    func raise() {
        next.withLock { $0 }.give(())
    }

    func wait() async {
        await next.withLock { $0 }.wait()
        next.withLock { $0 = FirstAnswer() }
    }
}
