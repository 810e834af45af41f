#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The file that a path stands for, if it may be replaced.
enum TextfileTarget {
    /// As many links as Linux follows.
    private static let maxLinks = 40

    /// The path behind all links: of a regular file, or of none yet.
    static func path(of path: String) throws(TextfileError) -> String {
        guard !path.utf8.contains(0) else {
            throw TextfileError(errno: EINVAL, operation: "writing \(path.debugDescription), whose name holds NUL")
        }
        try checkIsRegular(path)
        var target = path
        for _ in 0...maxLinks {
            guard let destination = try destination(ofLink: target) else { return target }
            // Relative to the folder that the link is in.
            let folder = target.utf8.lastIndex(of: UInt8(ascii: "/")).map { target[...$0] } ?? ""
            target = destination.utf8.first == UInt8(ascii: "/") ? destination : folder + destination
        }
        throw TextfileError(errno: ELOOP, operation: "following the link \(path)")
    }

    /// A file that takes the place of a device, a pipe or a socket would cut off whoever uses it.
    private static func checkIsRegular(_ path: String) throws(TextfileError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            // There is no file yet, or a link to none. Whatever else is wrong shows when the file is created.
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw TextfileError(errno: EISDIR, operation: "writing \(path)")
        default: throw TextfileError(errno: EINVAL, operation: "writing \(path), which is not a regular file")
        }
    }

    /// Where a symbolic link points to; nil for what is none.
    private static func destination(ofLink path: String) throws(TextfileError) -> String? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe buffer.baseAddress.map {
                unsafe readlink(path, $0.assumingMemoryBound(to: CChar.self), buffer.count)
            } ?? -1
        }
        guard count > 0, count < bytes.count else { throw TextfileError("reading the link \(path)") }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
