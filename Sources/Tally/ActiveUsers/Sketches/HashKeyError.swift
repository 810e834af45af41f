/// Why a ``HashKey`` could not be made. Its text shows nothing of what was given.
public struct HashKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of mistake it was.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's name.
        public let description: String

        /// There are more or fewer than 16 bytes or 32 digits.
        public static let invalidLength = Code(description: "invalidLength")
        /// A character is not a hexadecimal digit.
        public static let invalidDigit = Code(description: "invalidDigit")
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
