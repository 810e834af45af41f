/// What is wrong with a healthcheck's definition, or, for the host's hook, with an answer.
///
/// Thrown where definitions come at run time (`validating:`). Where they are literals the same text is the message of a
/// trap at boot.
public struct HealthcheckError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of mistake it was.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's name.
        public let description: String

        /// A provider's name or key is empty, holds a colon, or has more than 256 bytes.
        public static let invalidName = Code(description: "invalidName")
        /// Two providers have one name.
        public static let duplicateName = Code(description: "duplicateName")
        /// A key is the document's own: `status`, `name`, `version`, `now`, `uptimeSeconds`, `checks`.
        public static let reservedKey = Code(description: "reservedKey")
        /// Two providers, or one twice, claim a key.
        public static let duplicateKey = Code(description: "duplicateKey")
        /// A key that is to be public is nobody's.
        public static let unknownPublicKey = Code(description: "unknownPublicKey")
        /// A duration is not more than zero (`staleFor`: less than zero), or longer than 366 days.
        public static let invalidDuration = Code(description: "invalidDuration")
        /// `failAfter` or `okAfter` is less than one.
        public static let invalidThreshold = Code(description: "invalidThreshold")
        /// A unit or a component type is empty or has more than 256 bytes, or a unit is for a key that the provider does
        /// not have.
        public static let invalidUnit = Code(description: "invalidUnit")
        /// The value of Cache-Control is not visible ASCII.
        public static let invalidHeader = Code(description: "invalidHeader")
        /// The health metrics cannot be registered.
        public static let invalidMetrics = Code(description: "invalidMetrics")

        /// To the hook: a provider did not answer by its deadline.
        public static let timeout = Code(description: "timeout")
        /// To the hook: a provider returned a key that it did not declare, or none for one that it did. The first is
        /// left out of the document, the second `null`.
        public static let undeclaredKey = Code(description: "undeclaredKey")
    }

    /// What kind of mistake it was.
    public let code: Code
    private let problem: String

    init(_ code: Code, _ problem: String) {
        self.code = code
        self.problem = problem
    }

    /// A sentence that names the provider or key, and what is wrong.
    public var description: String { problem }
}
