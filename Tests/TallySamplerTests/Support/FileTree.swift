import Foundation
import TallyTestSupport

@testable import TallySampler

/// Files in a temporary folder, like those of `/proc` and `/sys/fs/cgroup`.
struct FileTree {
    private let folder: TemporaryFolder
    var path: String { folder.url.path }

    init(_ files: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        for (path, text) in files { try write(path, text) }
    }

    func write(_ path: String, _ text: String) throws {
        let file = folder.url.appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func link(_ path: String, to text: String) throws {
        let file = folder.url.appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: text)
    }

    func remove(_ path: String) throws {
        try FileManager.default.removeItem(at: folder.url.appending(path: path))
    }
}

/// A source and the files it reads, which exist as long as this value.
struct SourceBench {
    let tree: FileTree
    let source: SampleSource

    func read(_ tick: SourceTick) async throws -> SourceReading {
        defer { withExtendedLifetime(tree) {} }
        return try await source.read(tick)
    }
}

/// The tick this many seconds after the sampler was created.
func tick(_ seconds: Int, interval: Int = 15) -> SourceTick {
    SourceTick(elapsed: .seconds(seconds), interval: .seconds(interval))
}

extension [UInt8] {
    init(text: String) { self = Array(text.utf8) }
}

/// True if two numbers are equal except for rounding.
func isClose(_ one: Double?, _ other: Double) -> Bool {
    one.map { abs($0 - other) <= max(1, abs(other)) * 1e-9 } ?? false
}
