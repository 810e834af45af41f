internal import Synchronization

/// The run of a provider that the current task belongs to, and the runs whose documents asked for it.
///
/// A provider that asks for the document it is part of, directly or through another healthcheck, would wait for
/// itself; it gets what is known instead. A task that the closure starts inherits the marker, and may outlive the run.
final class RunMarker: Sendable {
    /// A healthcheck, told by identity.
    final class Owner: Sendable {}

    @TaskLocal
    static var current: RunMarker?

    private let owner: Owner
    private let outer: RunMarker?
    private let isOver = Atomic(false)

    init(of owner: Owner) {
        self.owner = owner
        outer = Self.current?.underWay
    }

    func end() {
        isOver.store(true, ordering: .relaxed)
    }

    /// Itself, or the first around it that is not over: chains do not grow from run to run.
    private var underWay: RunMarker? {
        isOver.load(ordering: .relaxed) ? outer?.underWay : self
    }

    func isUnderWay(for owner: Owner) -> Bool {
        guard let marker = underWay else { return false }
        return marker.owner === owner || marker.outer?.isUnderWay(for: owner) == true
    }
}
