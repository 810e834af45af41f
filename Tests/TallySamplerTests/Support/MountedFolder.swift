#if SQLite
import Foundation
import TallyTestSupport

/// A small file system in memory, which is unmounted with this value.
final class MountedFolder: Sendable {
    private let folder: TemporaryFolder
    var url: URL { folder.url }

    /// True if this process may mount: as root, outside of a container that forbids it.
    static let isPossible: Bool = (try? MountedFolder(bytes: 65_536)) != nil

    init(bytes: Int) throws {
        folder = try TemporaryFolder()
        try Self.run("mount", ["-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", folder.url.path])
    }

    deinit {
        try? Self.run("umount", ["-l", folder.url.path])
    }

    /// Prevents writes even by root, whom file modes do not restrict.
    func setReadOnly(_ isReadOnly: Bool) throws {
        var tries = 300
        while true {
            do {
                return try Self.run("mount", ["-o", isReadOnly ? "remount,ro" : "remount,rw", url.path])
            } catch let failure as Program.Failed where tries > 0 && failure.description.contains("busy") {
                // A child process of another test has copies of descriptors until it runs its program.
                tries -= 1
                usleep(100_000)
            }
        }
    }

    private var ballast: URL { url.appending(path: "ballast") }

    /// Fills the remaining space.
    func fill() throws {
        _ = FileManager.default.createFile(atPath: ballast.path, contents: nil)
        let handle = try FileHandle(forWritingTo: ballast)
        for size in [65_536, 4096] {
            while (try? handle.write(contentsOf: Data(count: size))) != nil {}
        }
        try? handle.close()
    }

    func makeRoom() throws {
        try FileManager.default.removeItem(at: ballast)
    }

    private static func run(_ name: String, _ arguments: [String]) throws {
        let outcome = try Program.run(try Program.require(name), arguments)
        guard outcome.status == 0 else { throw Program.Failed(description: outcome.errorText) }
    }
}
#endif
