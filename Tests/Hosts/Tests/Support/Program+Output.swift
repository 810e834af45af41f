extension Program {
    /// Runs an installed program to its end on a thread of its own. Fails unless its exit status is zero.
    package static func output(of name: String, _ arguments: [String]) async throws -> String {
        let executable = try require(name)
        let outcome = try await onThread { try run(executable, arguments) }
        guard outcome.status == 0 else {
            throw Failed(description: "\(name) ended with \(outcome.status): \(outcome.errorText)\(outcome.text)")
        }
        return outcome.text
    }
}
