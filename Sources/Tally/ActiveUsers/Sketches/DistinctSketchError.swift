/// An error that prevents reading a sketch or merging two.
public struct DistinctSketchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of mistake. Malformed bytes have no public code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code's static member.
        public let description: String

        package static let truncated = Code(description: "truncated")
        package static let trailingBytes = Code(description: "trailingBytes")
        package static let foreign = Code(description: "foreign")
        package static let unsupportedEncoding = Code(description: "unsupportedEncoding")
        /// The number or the width of the registers differs from Tally's.
        public static let mismatchedParameters = Code(description: "mismatchedParameters")
        package static let invalidRegister = Code(description: "invalidRegister")
        /// The sketches' identifiers were hashed under different keys.
        public static let mismatchedKey = Code(description: "mismatchedKey")
    }

    /// The kind of mistake.
    public let code: Code
    /// A sentence that describes the mistake.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
