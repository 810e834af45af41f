internal import Synchronization

/// The provider's run that the current task belongs to, and the runs whose document requests led to it.
///
/// A provider that requests its own document, directly or through another healthcheck, would wait for itself. It gets
/// the known values instead. Tasks started by the closure inherit the marker and may outlive the run.
final class RunMarker: Sendable {
    /// The identity of a healthcheck.
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

    /// This marker, or the first enclosing one that is not over. Skipping finished runs keeps chains from growing.
    private var underWay: RunMarker? {
        isOver.load(ordering: .relaxed) ? outer?.underWay : self
    }

    func isUnderWay(for owner: Owner) -> Bool {
        guard let marker = underWay else { return false }
        return marker.owner === owner || marker.outer?.isUnderWay(for: owner) == true
    }
}
