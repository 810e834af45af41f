internal import Synchronization

/// The storages of one name whose series have different label names. They share a header and a limit.
///
/// The limit is taken before a storage creates a child, so storages that create children concurrently cannot exceed it.
final class ShapeGroup: Sendable {
    let maxChildren: Int
    private let live = Atomic<Int>(0)
    private let retired = Atomic<Bool>(false)
    private let onReplaced: @Sendable () -> Void

    /// - Parameter onReplaced: Called when another family takes the name, under the registry's lock.
    init(maxChildren: Int, onReplaced: @escaping @Sendable () -> Void) {
        self.maxChildren = maxChildren
        self.onReplaced = onReplaced
    }

    /// True once another family has taken the name, or the host has removed it.
    var isRetired: Bool { retired.load(ordering: .relaxed) }

    func retire(isReplaced: Bool) {
        retired.store(true, ordering: .relaxed)
        if isReplaced { onReplaced() }
    }

    var isFull: Bool { live.load(ordering: .relaxed) >= maxChildren }

    /// Takes a place for one child. Returns false if the group is full.
    func take() -> Bool {
        var current = live.load(ordering: .relaxed)
        while current < maxChildren {
            let (exchanged, original) = live.weakCompareExchange(
                expected: current,
                desired: current + 1,
                ordering: .relaxed
            )
            if exchanged { return true }
            current = original
        }
        return false
    }

    func release(_ count: Int) { live.wrappingSubtract(count, ordering: .relaxed) }
}
