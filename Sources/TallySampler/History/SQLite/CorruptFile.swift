#if SQLite
internal import Foundation

/// Sets a file that SQLite cannot make sense of aside, for whoever wants to look at it.
enum CorruptFile {
    /// The maximum number of kept files, so that a failing disk does not fill up with them.
    static let maxKept = 3

    /// Renames the file to `<name>.corrupt-<time>`, and what lies beside it likewise, so that SQLite still finds it.
    ///
    /// - Parameter time: In seconds since the Unix epoch.
    /// - Throws: If the file cannot be renamed, as in a folder that is read-only.
    static func setAside(_ path: String, at time: Int64) throws {
        let files = FileManager.default
        var target = path + suffix + "\(time)"
        // Twice in one second: another name, and none that is there is written over.
        for number in 1..<100 where files.fileExists(atPath: target) {
            target = path + suffix + "\(time &+ Int64(number))"
        }
        // Last, so that there is no new file whose log is an old one's.
        for beside in ["-wal", "-shm"] where files.fileExists(atPath: path + beside) {
            try files.moveItem(atPath: path + beside, toPath: target + beside)
        }
        if files.fileExists(atPath: path) { try files.moveItem(atPath: path, toPath: target) }
        removeOldest(of: path)
    }

    private static let suffix = ".corrupt-"

    private static func removeOldest(of path: String) {
        let folder = FileFacts.folder(of: path)
        let prefix = (path.split(separator: "/").last.map(String.init) ?? path) + suffix
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let times = names.filter { $0.hasPrefix(prefix) }.compactMap { Int64($0.dropFirst(prefix.count)) }.sorted()
        for time in times.dropLast(maxKept) {
            for beside in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: folder + "/" + prefix + "\(time)" + beside)
            }
        }
    }
}
#endif
