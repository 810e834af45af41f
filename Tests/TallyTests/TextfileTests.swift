import Foundation
import Tally
import Testing

/// Files for node_exporter's textfile collector.
struct TextfileTests {
    private let registry = MetricRegistry(ownMetrics: false)

    init() {
        Counter("jobs_total", help: "Jobs.", in: registry).increment(by: 7)
    }

    private func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tally-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test
    func theFileHoldsTheExposition() throws {
        try inFolder { folder in
            let file = folder.appending(path: "jobs.prom")
            try registry.write(toTextfile: file.path)
            #expect(try Array(Data(contentsOf: file)) == registry.exposition().body)
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            #expect((attributes[.posixPermissions] as? Int) == 0o644)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["jobs.prom"])
        }
    }

    @Test
    func theFileIsReplacedAtomically() throws {
        try inFolder { folder in
            let file = folder.appending(path: "jobs.prom")
            let old = Data("old".utf8)
            try old.write(to: file)
            // A reader that has the old file open keeps reading it.
            let reader = try FileHandle(forReadingFrom: file)
            let family = try Gauge.family(
                validating: "many",
                help: "",
                labelNames: ["n"],
                maxChildren: 9999,
                in: registry
            )
            for index in 0..<9999 { family[["\(index)"]].set(index) }
            try registry.write(toTextfile: file.path)
            #expect(try reader.readToEnd() == old)
            #expect(try Array(Data(contentsOf: file)) == registry.exposition().body)
        }
    }

    @Test
    func aFailedWriteLeavesNoFileBehind() throws {
        try inFolder { folder in
            let missing = folder.appending(path: "none/jobs.prom").path
            let error = #expect(throws: TextfileError.self) { try registry.write(toTextfile: missing) }
            #expect(error?.errno == ENOENT)
            #expect(error?.description.contains("creating \(missing)") == true)
            // A folder in the place of the file.
            let occupied = folder.appending(path: "jobs.prom")
            try FileManager.default.createDirectory(at: occupied, withIntermediateDirectories: true)
            let rename = #expect(throws: TextfileError.self) { try registry.write(toTextfile: occupied.path) }
            #expect(rename?.errno == EISDIR)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["jobs.prom"])
        }
    }

    // MARK: Files that must not be replaced

    private func code(_ path: String) -> Int32? {
        do throws(TextfileError) {
            try registry.write(toTextfile: path)
            return nil
        } catch {
            return error.errno
        }
    }

    @Test
    func devicesPipesAndSocketsAreNotReplaced() throws {
        try inFolder { folder in
            // Never the machine's devices, because a defect would destroy them.
            let pipe = folder.appending(path: "pipe").path
            #expect(mkfifo(pipe, 0o600) == 0)
            let link = folder.appending(path: "link").path
            #expect(symlink(pipe, link) == 0)
            var paths = [pipe, link]
            // Only root may create devices.
            let device = folder.appending(path: "null").path
            if mknod(device, S_IFCHR | 0o600, 0x103) == 0 { paths.append(device) }
            let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            for path in paths {
                let error = #expect(throws: TextfileError.self) { try registry.write(toTextfile: path) }
                #expect(error?.errno == EINVAL)
                #expect(error?.description.contains("writing \(path), which must be a regular file") == true)
            }
            let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(socket) }
            #expect(code("/proc/self/fd/\(socket)") == EINVAL)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == before)
            var status = stat()
            #expect(stat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        }
    }

    @Test(arguments: ["jobs\0.prom", "jobs.prom\0", "\0"])
    func aPathWithNULThrows(_ name: String) throws {
        try inFolder { folder in
            let error = #expect(throws: TextfileError.self) {
                try registry.write(toTextfile: "\(folder.path)/\(name)")
            }
            #expect(error?.errno == EINVAL)
            #expect(error?.description.contains("NUL") == true)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left == [])
        }
    }

    /// Links to a file of another folder: absolute, relative, through another link, and to a file that is missing.
    @Test(arguments: ["absolute", "relative", "twice", "dangling", "\u{301}mark"])
    func symbolicLinksAreFollowed(_ name: String) throws {
        try inFolder { folder in
            let data = folder.appending(path: "data")
            try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
            let links = folder.appending(path: "links")
            try FileManager.default.createDirectory(at: links, withIntermediateDirectories: true)
            let target = data.appending(path: "jobs.prom")
            if name != "dangling" { try Data("old".utf8).write(to: target) }
            let link = links.appending(path: name).path
            switch name {
            case "absolute": #expect(symlink(target.path, link) == 0)
            case "twice":
                #expect(symlink("../data/jobs.prom", links.appending(path: "between").path) == 0)
                #expect(symlink("between", link) == 0)
            default: #expect(symlink("../data/jobs.prom", link) == 0)
            }
            let destination = try FileManager.default.destinationOfSymbolicLink(atPath: link)
            try registry.write(toTextfile: link)
            #expect(try Array(Data(contentsOf: target)) == registry.exposition().body)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == destination)
            #expect(try FileManager.default.contentsOfDirectory(atPath: data.path) == ["jobs.prom"])
        }
    }

    @Test
    func aCycleOfSymbolicLinksThrows() throws {
        try inFolder { folder in
            let (one, other) = (folder.appending(path: "one").path, folder.appending(path: "other").path)
            #expect(symlink("other", one) == 0 && symlink("one", other) == 0)
            #expect(code(one) == ELOOP)
        }
    }

    @Test
    func aFileSizeLimitThrowsAndLeavesNoFileBehind() async {
        // In a process of its own, with a file size limit of zero.
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 0, rlim_max: .max)
            guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
            try TextfileTests().inFolder { folder in
                let registry = MetricRegistry()
                do throws(TextfileError) {
                    try registry.write(toTextfile: folder.appending(path: "jobs.prom").path)
                    exit(3)
                } catch {
                    guard error.errno == EFBIG, error.operation.hasPrefix("writing ") else { exit(4) }
                }
                guard try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty else { exit(5) }
            }
        }
    }
}
