#if SQLite
internal import Tally

/// The identity and size of a file.
struct FileFacts: Equatable {
    let device: UInt64
    let number: UInt64
    let bytes: Int

    init?(of path: String) {
        guard let status = System.status(of: path) else { return nil }
        device = status.device
        number = status.number
        bytes = status.bytes
    }

    func isSameFile(as other: FileFacts) -> Bool { device == other.device && number == other.number }

    /// True if the path is that of a folder.
    static func isFolder(_ path: String) -> Bool { System.status(of: path)?.kind == .folder }

    /// True if the folder of a file exists.
    static func hasFolder(_ path: String) -> Bool { isFolder(folder(of: path)) }

    /// True if this process may write to a file, or create it in its folder.
    static func isWritable(_ path: String) -> Bool {
        if System.exists(path), !System.canWrite(path) { return false }
        return System.canWrite(folder(of: path))
    }

    /// True if the file system is known to be full.
    static func isFull(_ path: String) -> Bool {
        System.fileSystem(holding: folder(of: path))?.availableBlocks == 0
    }

    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
#endif
