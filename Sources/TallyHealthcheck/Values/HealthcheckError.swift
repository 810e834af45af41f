/// A mistake in a healthcheck's definition, or a failure of a provider that `onError` receives.
///
/// The initialiser for definitions that are known only at run time (`validating:`) throws it. The one for literal
/// definitions traps with the same text.
public struct HealthcheckError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of mistake.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code's static member.
        public let description: String

        /// Passed to `onError`: a provider did not answer by its deadline.
        public static let timeout = Code(description: "timeout")
        /// Passed to `onError`: a provider returned an undeclared key, or omitted a declared one. The document drops
        /// the former and shows `null` for the latter.
        public static let undeclaredKey = Code(description: "undeclaredKey")

        // Mistakes in a definition, described by the error's text.
        package static let invalidName = Code(description: "invalidName")
        package static let duplicateName = Code(description: "duplicateName")
        package static let reservedKey = Code(description: "reservedKey")
        package static let duplicateKey = Code(description: "duplicateKey")
        package static let unknownPublicKey = Code(description: "unknownPublicKey")
        package static let invalidDuration = Code(description: "invalidDuration")
        package static let invalidThreshold = Code(description: "invalidThreshold")
        package static let invalidUnit = Code(description: "invalidUnit")
        package static let invalidHeader = Code(description: "invalidHeader")
        package static let invalidMetrics = Code(description: "invalidMetrics")
    }

    /// The kind of mistake.
    public let code: Code
    /// A sentence that names the provider or key, and the problem.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
