/// An error that prevents reading a sketch, or merging two.
public struct DistinctSketchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of mistake. Bytes that are no sketch of the format have no public code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code's static member.
        public let description: String

        /// There are fewer bytes than the encoding requires.
        package static let truncated = Code(description: "truncated")
        /// There are more bytes than the encoding requires.
        package static let trailingBytes = Code(description: "trailingBytes")
        /// The bytes are not of the format at all.
        package static let foreign = Code(description: "foreign")
        /// The encoding is one of the format's, or of a later version, that Tally does not read.
        package static let unsupportedEncoding = Code(description: "unsupportedEncoding")
        /// The number or the width of the registers differs from Tally's.
        public static let mismatchedParameters = Code(description: "mismatchedParameters")
        /// A register does not exist, is set twice, or has a value that no key produces.
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
