#if SQLite
internal import Foundation

/// Sets aside a file that SQLite cannot read, so that it can be inspected later.
enum CorruptFile {
    /// The maximum number of kept files, so that a failing disk does not fill up with them.
    static let maxKept = 3

    /// Renames the file to `<name>.corrupt-<time>`, and its `-wal` and `-shm` to match, so that SQLite finds them.
    ///
    /// - Parameter time: The current time, in seconds since the Unix epoch.
    /// - Throws: An error if the file cannot be renamed, as in a read-only folder.
    static func setAside(_ path: String, at time: Int64) throws {
        let files = FileManager.default
        var target = path + suffix + "\(time)"
        // Never overwrites a file that was set aside in the same second.
        for number in 1..<100 where files.fileExists(atPath: target) {
            target = path + suffix + "\(time &+ Int64(number))"
        }
        // The file itself moves last, so that a new file never finds an old log beside it.
        for beside in ["-wal", "-shm"] where files.fileExists(atPath: path + beside) {
            try files.moveItem(atPath: path + beside, toPath: target + beside)
        }
        if files.fileExists(atPath: path) { try files.moveItem(atPath: path, toPath: target) }
        removeOldest(of: path)
    }

    private static let suffix = ".corrupt-"

    private static func removeOldest(of path: String) {
        let files = FileManager.default
        let names = (try? files.contentsOfDirectory(atPath: FileFacts.folder(of: path))) ?? []
        let times = names.compactMap { name in
            name.range(of: suffix, options: [.backwards, .literal]).flatMap { Int64(name[$0.upperBound...]) }
        }
        // The file system decides whether a file is this history's: it may store an equivalent form of the name.
        let own = Set(times).filter { files.fileExists(atPath: path + suffix + "\($0)") }.sorted()
        for time in own.dropLast(maxKept) {
            for beside in ["", "-wal", "-shm"] { try? files.removeItem(atPath: path + suffix + "\(time)" + beside) }
        }
    }
}
#endif
