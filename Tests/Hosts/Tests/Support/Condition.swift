package import Testing

extension Trait where Self == ConditionTrait {
    /// Skips a test if a program is not installed. With `TALLY_REQUIRE_SERVICES=1` the test runs, and fails.
    package static func needs(_ programs: String...) -> Self {
        let missing = programs.filter { Program.find($0) == nil }
        return .enabled(
            if: missing.isEmpty || Program.isRequired,
            "not installed: \(missing.joined(separator: ", "))"
        )
    }
}
