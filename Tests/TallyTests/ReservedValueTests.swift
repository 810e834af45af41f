import TallyTestSupport
import TallyTesting
import Testing

@testable import Tally

/// Values of one label whose label sets stand outside a family's limit.
struct ReservedValueTests {
    private let registry = MetricRegistry()

    /// A family that is full, with children in several pages.
    private func full(_ count: Int) -> Family<Path, Counter> {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", maxChildren: count, in: registry)
        for index in 0..<count { family.increment(for: Path(path: "/\(index)")) }
        return family
    }

    private func values(_ numbers: some Sequence<Int>) -> [String] { numbers.map { "/\($0)" } }

    @Test func valuesReservedLaterMakeRoomOnEveryPage() {
        let family = full(2000)
        family.reserve(values(stride(from: 0, to: 2000, by: 2)), ofLabel: "path")
        family.core.storage._checkInvariants()
        for index in 0..<1000 { family.increment(for: Path(path: "/new/\(index)")) }
        #expect(family.count == 3000)
        #expect(family.core.storage.overflowTotal == 0)
        family.increment(for: Path(path: "/one/more"))
        #expect(family.core.storage.overflowTotal == 1)
        family.core.storage._checkInvariants()
    }

    @Test func reservingTheSameValuesAgainExaminesNoPage() throws {
        let family = full(10)
        let storage = family.core.storage
        family.reserve(["/1", "/2"], ofLabel: "path")
        let place = try #require(storage.state.withLock { $0.directory.tail })
        storage.state.withLock { $0.directory[place].revision = 0 }
        family.reserve(["/2", "/1"], ofLabel: "path")
        #expect(storage.state.withLock { $0.directory[place].revision } == 0)
        storage.state.withLock { $0.directory[place].revision = 1 }
        storage._checkInvariants()
    }

    /// The changes that other threads can make after values are reserved, and before a page is counted.
    private static let changes: [@Sendable (Family<Path, Counter>, MetricRegistry) -> Void] = [
        { family, _ in family.remove(Path(path: "/1")) },
        { family, _ in family.remove(Path(path: "/2")) },
        { family, _ in
            family.remove(Path(path: "/1"))
            family.increment(for: Path(path: "/1"))
        },
        { family, _ in family.increment(for: Path(path: "/unseen")) },
        { family, _ in family.increment(for: Path(path: "/junk")) },
        { family, _ in family.remove(Path(path: "other")) },
        { family, _ in family.removeAll() },
        { family, registry in
            for index in 100..<2000 { family.remove(Path(path: "/\(index)")) }
            _ = registry.exposition()
        },
    ]

    @Test(.timeLimit(.minutes(10)), arguments: changes.indices)
    func aPageThatChangesBeforeItIsCountedIsCountedOnce(_ change: Int) {
        let family = full(2000)
        let storage = family.core.storage
        family.increment(for: Path(path: "/junk"))
        // Until a sweep is in progress.
        for index in 1000..<1900 where storage.state.withLock({ $0.sweep == nil }) {
            family.remove(Path(path: "/\(index)"))
        }
        // A sweep is deferred while threads of other tests read.
        while storage.state.withLock({ $0.sweep == nil }) { storage.sweepSome() }
        #expect(storage.insert(values: ["/1", "/1999", "/unseen", "other"], ofLabel: 0))
        Self.changes[change](family, registry)
        family.reserve(["/3"], ofLabel: "path")
        storage._checkInvariants()
        for index in 0..<4000 { family.increment(for: Path(path: "/fill/\(index)")) }
        #expect(storage.state.withLock { $0.limited } == 2000)
        storage._checkInvariants()
    }

    @Test(.timeLimit(.minutes(10)))
    func reservingValuesWhileOthersUseTheFamilyKeepsTheLimit() async throws {
        let family = full(1500)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for thread in 0..<3 {
                group.addTask { [registry] in
                    try await onThread {
                        for index in 0..<3000 {
                            family.increment(for: Path(path: "/\(index)"))
                            if index % 3 == thread { family.remove(Path(path: "/\(index % 1500)")) }
                            if index % 1000 == 0 { _ = registry.exposition() }
                            if thread == 0, index == 1500 { family.removeAll() }
                        }
                    }
                }
            }
            group.addTask {
                try await onThread {
                    for index in 0..<200 { family.reserve(["/\(index * 10)"], ofLabel: "path") }
                }
            }
            try await group.waitForAll()
        }
        family.core.storage._checkInvariants()
        for index in 0..<2000 { family.increment(for: Path(path: "/\(index * 10)")) }
        #expect(family.core.storage.state.withLock { $0.limited } == 1500)
        family.core.storage._checkInvariants()
    }
}
