/// Why a sketch could not be read, or two not be merged.
public struct DistinctSketchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of mistake it was.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's name.
        public let description: String

        /// There are fewer bytes than the encoding needs.
        public static let truncated = Code(description: "truncated")
        /// There are more bytes than the encoding needs.
        public static let trailingBytes = Code(description: "trailingBytes")
        /// The bytes are not of the format at all.
        public static let foreign = Code(description: "foreign")
        /// The format has the encoding, or may have it in a later version, but it cannot be read here.
        public static let unsupportedEncoding = Code(description: "unsupportedEncoding")
        /// The number or the width of the registers is another.
        public static let mismatchedParameters = Code(description: "mismatchedParameters")
        /// A register is not there, is named twice, or holds what no key can give it.
        public static let invalidRegister = Code(description: "invalidRegister")
        /// The sketches' identifiers were hashed under different keys.
        public static let mismatchedKey = Code(description: "mismatchedKey")
    }

    /// What kind of mistake it was.
    public let code: Code
    /// A sentence that says what is wrong.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
