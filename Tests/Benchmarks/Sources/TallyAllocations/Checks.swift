import CountedAllocations

/// Checks numbers of allocations, and counts the failures.
@MainActor
final class Checks {
    private(set) var failures = 0
    private var exercised: Set<String> = []

    private static func allocations(_ body: () -> Void) -> Int {
        body()
        let before = counted_allocations()
        body()
        return counted_allocations() - before
    }

    /// Prints the number of allocations of the second call of `body`, and fails if it exceeds `limit`.
    ///
    /// - Parameter updates: The updates that `body` makes, as ``PublicVerbs`` names them.
    /// - Returns: The number of allocations.
    @discardableResult
    func check(_ name: String, of updates: [String] = [], atMost limit: Int = 0, _ body: () -> Void) -> Int {
        exercised.formUnion(updates)
        return report(name, Self.allocations(body), atMost: limit)
    }

    @discardableResult
    func checkAsync(_ name: String, of updates: [String] = [], _ body: () async -> Void) async -> Int {
        exercised.formUnion(updates)
        await body()
        let before = counted_allocations()
        await body()
        return report(name, counted_allocations() - before, atMost: 0)
    }

    private func report(_ name: String, _ found: Int, atMost limit: Int) -> Int {
        print("\(found <= limit ? "ok  " : "FAIL") \(name): \(found) allocations, at most \(limit) allowed")
        if found > limit { failures += 1 }
        return found
    }

    /// Ends the program if allocations are not counted, because then no check could fail.
    static func proveThatAllocationsAreCounted() {
        let seen = allocations { withExtendedLifetime([Int](repeating: 0, count: Int.random(in: 100...200))) {} }
        guard seen > 0 else { fatalError("allocations are not counted here") }
    }

    /// Fails for each update that was not made and is not exempt, and for each instrument without updates.
    func compare(with verbs: PublicVerbs, exempt: Set<String>) {
        guard !verbs.instruments.isEmpty, !verbs.updates.isEmpty else { fatalError("the sources were not found") }
        for instrument in verbs.instruments.sorted() {
            guard !verbs.updates.contains(where: { $0.hasPrefix(instrument + ".") }) else { continue }
            fail("the instrument \(instrument) has no update that is known here")
        }
        for update in verbs.updates.subtracting(exercised).subtracting(exempt).sorted() {
            fail("\(update) is not checked")
        }
        for update in exercised.union(exempt).subtracting(verbs.updates).sorted() {
            fail("\(update) is no update of the library")
        }
    }

    private func fail(_ message: String) {
        print("FAIL \(message)")
        failures += 1
    }
}
