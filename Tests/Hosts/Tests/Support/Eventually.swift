/// Returns once a condition holds. The time limit of the test ends a wait in vain.
package func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        // Pauses, so that the polls leave time to what they wait for.
        try await Task.sleep(for: .milliseconds(10))
    }
}
