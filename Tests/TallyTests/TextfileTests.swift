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
    func holdTheExposition() throws {
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
    func takeTheOldOnesPlaceWhole() throws {
        try inFolder { folder in
            let file = folder.appending(path: "jobs.prom")
            let old = Data("old".utf8)
            try old.write(to: file)
            // Whoever has it open goes on reading the old one.
            let reader = try FileHandle(forReadingFrom: file)
            let family = try Gauge.family(validating: "many", help: "", labelNames: ["n"], limit: 9999, in: registry)
            for index in 0..<9999 { family[["\(index)"]].set(index) }
            try registry.write(toTextfile: file.path)
            #expect(try reader.readToEnd() == old)
            #expect(try Array(Data(contentsOf: file)) == registry.exposition().body)
        }
    }

    @Test
    func thatCannotBeWrittenLeaveNothingBehind() throws {
        try inFolder { folder in
            let missing = folder.appending(path: "none/jobs.prom").path
            let error = #expect(throws: TextfileError.self) { try registry.write(toTextfile: missing) }
            #expect(error?.errno == ENOENT)
            #expect(error?.description.contains("creating \(missing)") == true)
            // A folder where the file should be.
            let occupied = folder.appending(path: "jobs.prom")
            try FileManager.default.createDirectory(at: occupied, withIntermediateDirectories: true)
            let rename = #expect(throws: TextfileError.self) { try registry.write(toTextfile: occupied.path) }
            #expect(rename?.errno == EISDIR)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["jobs.prom"])
        }
    }

    @Test
    func withoutRoomAreAnErrorThatSaysSo() async {
        // In a process of its own, whose files may have no bytes.
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
