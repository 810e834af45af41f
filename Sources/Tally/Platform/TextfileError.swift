/// Why a file of metrics could not be written.
public struct TextfileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system's number for it: `ENOSPC`, `EACCES`.
    public let errno: Int32
    /// What was being done, and to which file.
    public let operation: String

    /// What was being done, and the system's words for why it failed.
    public var description: String {
        "\(operation): \(System.message(of: errno))"
    }
}

extension TextfileError {
    /// The error that the system has just reported.
    init(_ operation: String) {
        self.init(errno: System.lastError, operation: operation)
    }
}
