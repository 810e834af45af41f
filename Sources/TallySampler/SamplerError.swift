/// Why a sampler cannot do what it was asked for.
public struct SamplerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of mistake it was.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's name.
        public let description: String

        /// It was stopped, and starts only once.
        public static let stopped = Code(description: "stopped")
    }

    /// What kind of mistake it was.
    public let code: Code

    init(_ code: Code) {
        self.code = code
    }

    /// A sentence.
    public var description: String { "\(code): a sampler that was stopped does not start again" }
}
