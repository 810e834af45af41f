/// Returns once a condition holds. The time limit of the test ends a wait in vain.
package func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try Task.checkCancellation()
        await Task.yield()
    }
}
