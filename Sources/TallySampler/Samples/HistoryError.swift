/// An error from opening, writing or querying a history.
public struct HistoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of error.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's name.
        public let description: String

        package static let invalidPath = Code(description: "invalidPath")
        /// A later version of Tally wrote the file, which was not modified.
        public static let newerVersion = Code(description: "newerVersion")
        /// The file is another program's database, and was not modified.
        public static let foreignFile = Code(description: "foreignFile")
        /// A tick or an answer exceeds its limit.
        public static let tooLarge = Code(description: "tooLarge")
        /// The file cannot be read now.
        public static let unreadable = Code(description: "unreadable")
        /// The store was closed.
        public static let closed = Code(description: "closed")
    }

    /// The kind of error.
    public let code: Code
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static let isClosed = HistoryError(
        .closed,
        "the history is closed, because its sampler was stopped: create a new sampler"
    )

    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
