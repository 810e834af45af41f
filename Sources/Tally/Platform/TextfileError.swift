#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Why a file of metrics could not be written.
public struct TextfileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system's number for it: `ENOSPC`, `EACCES`.
    public let errno: Int32
    /// What was being done, and to which file.
    public let operation: String

    /// What was being done, and the system's words for why it failed.
    public var description: String {
        let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
        return "\(operation): \(reason)"
    }
}

extension TextfileError {
    /// The error that the system has just reported.
    init(_ operation: String) {
        #if canImport(Glibc)
        self.init(errno: Glibc.errno, operation: operation)
        #elseif canImport(Musl)
        self.init(errno: Musl.errno, operation: operation)
        #else
        self.init(errno: Darwin.errno, operation: operation)
        #endif
    }
}
