#if SQLite
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What the system says of a file.
struct FileFacts: Equatable {
    let device: UInt64
    let number: UInt64
    let bytes: Int

    /// Nil if there is no such file.
    init?(of path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        device = UInt64(truncatingIfNeeded: facts.st_dev)
        number = UInt64(truncatingIfNeeded: facts.st_ino)
        bytes = Int(clamping: facts.st_size)
    }

    func isSameFile(as other: FileFacts) -> Bool { device == other.device && number == other.number }

    /// Whether this process may write to a file, or begin one in its folder, and the file system lets it.
    static func isWritable(_ path: String) -> Bool {
        if access(path, F_OK) == 0, access(path, W_OK) != 0 { return false }
        return access(folder(of: path), W_OK) == 0
    }

    /// Whether the file system has no room left; false where that cannot be told.
    static func isFull(_ path: String) -> Bool {
        var facts = statvfs()
        guard statvfs(folder(of: path), &facts) == 0 else { return false }
        return facts.f_bavail == 0
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
#endif
