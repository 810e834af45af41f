/// An error in a healthcheck's definition, or, in the host's hook, in an answer.
///
/// Initialisers for definitions that are known only at run time (`validating:`) throw it. Those for literal definitions
/// trap at boot with the same text.
public struct HealthcheckError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of mistake.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code's static member.
        public let description: String

        /// A provider's name or key is empty, contains a colon, or exceeds 256 bytes.
        public static let invalidName = Code(description: "invalidName")
        /// Two providers have the same name.
        public static let duplicateName = Code(description: "duplicateName")
        /// A key is reserved for the document: `status`, `name`, `version`, `now`, `uptimeSeconds`, `checks`.
        public static let reservedKey = Code(description: "reservedKey")
        /// A key is claimed by two providers, or twice by one.
        public static let duplicateKey = Code(description: "duplicateKey")
        /// A public key belongs to no provider.
        public static let unknownPublicKey = Code(description: "unknownPublicKey")
        /// A duration is not more than zero (`staleIfError`: less than zero), or longer than 366 days.
        public static let invalidDuration = Code(description: "invalidDuration")
        /// `failureThreshold` or `successThreshold` is less than one.
        public static let invalidThreshold = Code(description: "invalidThreshold")
        /// A unit or a component type is empty or exceeds 256 bytes, or a unit is for a key that the provider does not
        /// have.
        public static let invalidUnit = Code(description: "invalidUnit")
        /// The value of Cache-Control is not visible ASCII.
        public static let invalidHeader = Code(description: "invalidHeader")
        /// The health metrics cannot be registered.
        public static let invalidMetrics = Code(description: "invalidMetrics")

        /// Reported to the hook: a provider did not answer by its deadline.
        public static let timeout = Code(description: "timeout")
        /// Reported to the hook: a provider returned an undeclared key, or omitted a declared one. The document drops
        /// the former and shows `null` for the latter.
        public static let undeclaredKey = Code(description: "undeclaredKey")
    }

    /// The kind of mistake.
    public let code: Code
    private let problem: String

    init(_ code: Code, _ problem: String) {
        self.code = code
        self.problem = problem
    }

    /// A sentence that names the provider or key, and the problem.
    public var description: String { problem }
}
