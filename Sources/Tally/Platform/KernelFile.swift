/// A file that the kernel generates as it is read, as in `/proc`. It has no size and can disappear at any time.
package enum KernelFile {
    /// The system's error for a file that could not be read.
    package struct Failure: Error, Equatable {
        package let path: String
        package let number: Int32

        package init(path: String, number: Int32) {
            self.path = path
            self.number = number
        }

        /// True if the subject of the file, such as a process, does not exist or no longer exists.
        package var isGone: Bool { System.absent.contains(number) }
        /// True if the subject is gone, or if the kernel was built or booted without support for it.
        package var isAbsent: Bool { isGone || System.unsupported.contains(number) }
        package var isForbidden: Bool { System.forbidden.contains(number) }
    }

    /// The file's bytes, at most the first megabyte.
    package static func read(_ path: String) throws(Failure) -> [UInt8] {
        let file = System.openForReading(path)
        guard file >= 0 else { throw Failure(path: path, number: System.lastError) }
        defer { System.closeFile(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 1 << 20 {
            let count = System.readBytes(file, into: &chunk)
            if count < 0, System.lastError == System.interrupted { continue }
            guard count >= 0 else { throw Failure(path: path, number: System.lastError) }
            guard count > 0 else { break }
            bytes += chunk.prefix(count)
        }
        return bytes
    }

    /// The file's bytes, or nil if its subject is absent.
    package static func readIfThere(_ path: String) throws(Failure) -> [UInt8]? {
        do {
            return try read(path)
        } catch  where error.isAbsent {
            return nil
        }
    }
}
