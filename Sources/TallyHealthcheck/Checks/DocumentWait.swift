internal import Synchronization
internal import Tally

/// The wait of one requester for the runs it needs. It ends when all of them are settled, when its time is up, or when
/// the requester leaves. Unsettled runs continue.
final class DocumentWait: Sendable {
    /// The number of unsettled runs, plus one until ``isSettled()`` is called.
    private let open = Atomic(1)
    private let end = FirstAnswer<Void>()

    /// Adds a run to wait for.
    func add() {
        open.add(1, ordering: .relaxed)
    }

    /// Marks one run as settled.
    func arrive() {
        if isLast() { end.give(()) }
    }

    /// Call once, after the last `add()`. Returns true if all runs are settled, so that there is nothing to wait for.
    func isSettled() -> Bool { isLast() }

    private func isLast() -> Bool { open.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }

    /// Ends the wait, even with runs unsettled.
    func leave() {
        end.give(())
    }

    func wait() async {
        await end.wait { leave() }
    }
}
