/// Why an instrument could not be registered.
///
/// Thrown where names come at run time (`validating:`). Where they are literals the same text is the message of a trap
/// at boot.
public struct RegistrationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of mistake it was.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's name.
        public let description: String

        /// The metric's name is not one that the registry takes, or longer than 1,024 bytes. See ``NameValidation``.
        public static let invalidMetricName = Code(description: "invalidMetricName")
        /// A label's name is not one that the registry takes, or begins with `__`. See ``NameValidation``.
        public static let invalidLabelName = Code(description: "invalidLabelName")
        /// A label's name belongs to the type: `le` of a histogram.
        public static let reservedLabelName = Code(description: "reservedLabelName")
        /// Two labels have one name, maybe only when escaped, or a label has the name of a constant one.
        public static let duplicateLabelName = Code(description: "duplicateLabelName")
        /// There are more than 64 labels, constant ones included.
        public static let tooManyLabels = Code(description: "tooManyLabels")
        /// The name is registered with another help, type, label names, buckets, windows, states, key, capacity, limit,
        /// idle timeout, contention or source of values. The description names each, the registered value first.
        public static let conflictingDefinition = Code(description: "conflictingDefinition")
        /// Samples of the name would be taken for another family's: `x_count` beside the histogram `x`, or `a_b` beside `a.b`
        /// for a scraper that does not read UTF-8 names.
        public static let collidingSamples = Code(description: "collidingSamples")
        /// The buckets' bounds are not finite, do not rise, or are too many.
        public static let invalidBuckets = Code(description: "invalidBuckets")
        /// The windows of active users are none, too many, not positive, too long, do not rise, or have no common tick.
        public static let invalidWindows = Code(description: "invalidWindows")
        /// The states of a state set are none, more than 64, or two of one text.
        public static let invalidStates = Code(description: "invalidStates")
        /// The number of users or of hours to keep is negative, none or beyond reason.
        public static let invalidCapacity = Code(description: "invalidCapacity")
        /// The idle timeout is not more than zero.
        public static let invalidIdleTimeout = Code(description: "invalidIdleTimeout")
        /// The limit of children is not in `1...2_000_000_000`.
        public static let invalidLimit = Code(description: "invalidLimit")
    }

    /// What kind of mistake it was.
    public let code: Code
    /// The metric's name as it was given: without the registry's prefix, and without a suffix that the registry adds.
    public private(set) var name: String
    /// What the sentence is about: the name as exposed, where it is known.
    private let subject: String
    private let problem: String

    init(_ code: Code, _ subject: String, _ problem: String) {
        self.code = code
        name = subject
        self.subject = subject
        self.problem = problem
    }

    /// The same error, of a metric that was asked for by another name than it is exposed under.
    func about(_ name: String) -> RegistrationError {
        var error = self
        error.name = name
        return error
    }

    /// A sentence that names the metric, as it is exposed, and what is wrong.
    public var description: String { "\(subject.debugDescription) \(problem)" }
}

extension RegistrationError {
    /// Runs a registration whose names are literals: a mistake in them is the program's, and shows at boot.
    package static func trapping<Result>(_ register: () throws(RegistrationError) -> Result) -> Result {
        do {
            return try register()
        } catch {
            // A literal is wrong, which no input can make it: better seen at boot than in a scrape.
            fatalError("Tally: \(error)")
        }
    }
}
