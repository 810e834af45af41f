/// An error that prevented writing a file of metrics.
public struct TextfileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system's error number, such as `ENOSPC`.
    public let errno: Int32
    /// The operation that failed, with the path.
    public let operation: String

    /// The operation, and the system's message.
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
