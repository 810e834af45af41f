/// An error that prevents the registration of an instrument.
///
/// Initialisers for names that are known only at run time (`validating:`) throw this error. Those for literal names
/// trap at boot with the same text.
public struct RegistrationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of mistake. Mistakes that a caller can only report have no public code; their text names the value.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code's static member.
        public let description: String

        /// The metric's name is invalid for the registry, or longer than 1,024 bytes. See ``NameValidation``.
        public static let invalidMetricName = Code(description: "invalidMetricName")
        /// A label's name is invalid for the registry, or begins with `__`. See ``NameValidation``.
        public static let invalidLabelName = Code(description: "invalidLabelName")
        package static let reservedLabelName = Code(description: "reservedLabelName")
        package static let duplicateLabelName = Code(description: "duplicateLabelName")
        package static let tooManyLabels = Code(description: "tooManyLabels")
        /// The name is registered with a different help, type, label names, buckets, windows, states, key, capacity,
        /// limit, idle timeout, contention or source of values. The description lists each old and new value.
        public static let conflictingDefinition = Code(description: "conflictingDefinition")
        /// A sample name collides with one of another family: `x_count` with the histogram `x`, or `a_b` with `a.b` for
        /// a scraper that does not read UTF-8 names.
        public static let collidingSamples = Code(description: "collidingSamples")
        package static let invalidBuckets = Code(description: "invalidBuckets")
        package static let invalidWindows = Code(description: "invalidWindows")
        package static let invalidStates = Code(description: "invalidStates")
        package static let invalidCapacity = Code(description: "invalidCapacity")
        package static let invalidIdleTimeout = Code(description: "invalidIdleTimeout")
        package static let invalidLimit = Code(description: "invalidLimit")
        package static let invalidReserved = Code(description: "invalidReserved")
    }

    /// The kind of mistake.
    public let code: Code
    /// The metric's name as given, without the registry's prefix and without a suffix that the registry adds. Empty if
    /// the error concerns the registry's constant labels, and the prefix itself if that is invalid.
    public private(set) var name: String
    /// The exposed name of the family that is in the way, if there is one.
    package private(set) var conflictingName: String?
    /// The subject of the description: the name as exposed, if it is known. Nil for the registry's constant labels.
    private let subject: String?
    private let problem: String

    init(_ code: Code, _ subject: String?, _ problem: String) {
        self.code = code
        name = subject ?? ""
        self.subject = subject
        self.problem = problem
    }

    /// A conflict of one exposed name with another.
    static func conflict(
        _ name: ByteName,
        with other: ByteName,
        _ problem: String,
        _ code: Code = .conflictingDefinition
    ) -> RegistrationError {
        var error = RegistrationError(code, name.text, problem)
        error.conflictingName = other.text
        return error
    }

    /// Returns this error with the name that the caller requested, which can differ from the exposed one.
    func about(_ name: String) -> RegistrationError {
        var error = self
        error.name = name
        return error
    }

    /// A sentence that names the metric as exposed, and the problem.
    public var description: String { "\(subject?.debugDescription ?? "the registry") \(problem)" }
}

extension RegistrationError {
    /// Runs a registration with literal names. A mistake in them is a bug in the program, so it traps at boot.
    package static func trapping<Result>(_ register: () throws(RegistrationError) -> Result) -> Result {
        do {
            return try register()
        } catch {
            fatalError("Tally: \(error)")
        }
    }
}
