import Foundation

/// The libraries whose figures stand beside Tally's. Each has a program in `Peers` that measures the same operations.
enum Peer: String, CaseIterable {
    case clientGolang = "client_golang"
    case rustPrometheus = "rust-prometheus"
    case swiftPrometheus = "swift-prometheus"

    /// The folder of the program, below `Peers`.
    var folder: String {
        switch self {
        case .clientGolang: "go"
        case .rustPrometheus: "rust"
        case .swiftPrometheus: "swift"
        }
    }

    /// The files of the program.
    fileprivate var sources: [String] {
        switch self {
        case .clientGolang: ["main.go"]
        case .rustPrometheus: ["Cargo.toml", ".cargo/config.toml", "src/main.rs"]
        case .swiftPrometheus: ["Package.swift", "Sources/Peer/main.swift"]
        }
    }

    /// The command that builds the program in a copy of its folder, and the path of the program there.
    fileprivate var build: (command: [String], program: String) {
        switch self {
        case .clientGolang: (["go", "build", "-o", "peer", "main.go"], "peer")
        case .rustPrometheus: (["cargo", "build", "--quiet", "--release", "--offline"], "target/release/peer")
        case .swiftPrometheus: (["swift", "build", "-c", "release"], ".build/release/peer")
        }
    }

    fileprivate var environment: [String: String] {
        switch self {
        case .clientGolang: ["GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""]
        case .rustPrometheus: ["CARGO_TARGET_DIR": "target"]
        case .swiftPrometheus: ["GIT_TERMINAL_PROMPT": "0"]
        }
    }

    /// The Debian package of the library, and the folder and beginning of the name of what it installs. SwiftPM fetches
    /// swift-prometheus.
    fileprivate var package: (name: String, folder: String, prefix: String)? {
        switch self {
        case .clientGolang:
            (
                "golang-github-prometheus-client-golang-dev", "/usr/share/gocode/src/github.com/prometheus",
                "client_golang"
            )
        case .rustPrometheus: ("librust-prometheus-dev", "/usr/share/cargo/registry", "prometheus-")
        case .swiftPrometheus: nil
        }
    }
}

/// The operations that the programs of peers measure.
enum PeerOperation: String {
    case increment
    case incrementChild = "increment_child"
    case add
    case lookupByEnum = "lookup_enum"
    case lookupByTwoEnums = "lookup_two_enums"
    case lookupByTwoStrings = "lookup_two_strings"
    case set
    case observe
    case time
    case register100k = "register_100000"
    case register1M = "register_1000000"
    case text1k = "text_1000"
    case text100k = "text_100000"
    case text1M = "text_1000000"
}

/// The operation of a peer that does what a row measures.
struct Counterpart {
    var operation: PeerOperation
    var threads = 1

    /// The operation's name in the output of a peer.
    var key: String { threads == 1 ? operation.rawValue : "\(operation.rawValue)_\(threads)_threads" }

    /// A peer's figure in the unit of the row. A peer reports the wall time divided by the number of all operations.
    func value(_ nanoseconds: Double, in unit: String) -> Double {
        switch unit {
        case "ms": nanoseconds / 1e6
        case "µs": nanoseconds / 1e3
        // The time that an operation takes one of the threads.
        case "ns": nanoseconds * Double(min(threads, ProcessInfo.processInfo.activeProcessorCount))
        default: nanoseconds
        }
    }

    /// The rows of `Verbs`. A peer has no updates by label set, so both ways to count stand beside its lookup.
    private static let verbs: [(name: String, operation: PeerOperation)] = [
        ("increment for two Strings", .lookupByTwoStrings),
        ("lookup by two Strings, and increment", .lookupByTwoStrings),
        ("increment for an enum", .lookupByEnum),
        ("increment for a struct of enums", .lookupByTwoEnums),
    ]

    /// By the name of the row.
    static let all: [String: Counterpart] = {
        var all: [String: Counterpart] = [
            RowName.increment: Counterpart(operation: .increment),
            RowName.incrementChild: Counterpart(operation: .incrementChild),
            RowName.incrementByAmount: Counterpart(operation: .add),
            RowName.lookupByEnum: Counterpart(operation: .lookupByEnum),
            RowName.lookupByEnums: Counterpart(operation: .lookupByTwoEnums),
            RowName.lookupByString: Counterpart(operation: .lookupByTwoStrings),
            RowName.set: Counterpart(operation: .set),
            RowName.observe: Counterpart(operation: .observe),
            RowName.time: Counterpart(operation: .time),
            RowName.register100k: Counterpart(operation: .register100k),
            RowName.register1M: Counterpart(operation: .register1M),
            RowName.text1k: Counterpart(operation: .text1k),
            RowName.text100k: Counterpart(operation: .text100k),
            RowName.text1M: Counterpart(operation: .text1M),
            RowName.observe(threads: 2): Counterpart(operation: .observe, threads: 2),
        ]
        for threads in [1, 2, 8] {
            all[RowName.contended(threads: threads)] = Counterpart(operation: .increment, threads: threads)
            if threads > 1 {
                all[RowName.plain(threads: threads)] = Counterpart(operation: .increment, threads: threads)
            }
            all[RowName.neighbours(threads: threads)] = Counterpart(operation: .incrementChild, threads: threads)
            for (name, operation) in verbs {
                all[RowName.verb(name, threads: threads)] = Counterpart(operation: operation, threads: threads)
            }
        }
        return all
    }()
}

extension Peer {
    private struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Adds the peers' figures to the rows that have a counterpart. Returns a line for each peer that could not run, and
    /// for each name in `Counterpart.all` that no row has, if the rows are `complete`.
    static func fill(_ rows: inout [Row], complete: Bool) -> [String] {
        let keys = Set(rows.compactMap { Counterpart.all[$0.name]?.key }).sorted()
        guard !keys.isEmpty else { return [] }
        let missing = complete ? Set(Counterpart.all.keys).subtracting(rows.map(\.name)).sorted() : []
        var notes = missing.map { "no row is named “\($0)”, for which the peers have a figure" }
        for peer in allCases {
            do {
                let figures = try peer.measure(keys)
                for index in rows.indices {
                    guard let counterpart = Counterpart.all[rows[index].name], let figure = figures[counterpart.key]
                    else { continue }
                    rows[index].peers[peer.rawValue] = counterpart.value(figure, in: rows[index].unit)
                }
            } catch {
                notes.append("\(peer.rawValue) is left out: \(error)")
            }
        }
        return notes
    }

    /// Builds the peer's program beside this one, and runs it.
    private func measure(_ keys: [String]) throws -> [String: Double] {
        if let package {
            let installed = (try? FileManager.default.contentsOfDirectory(atPath: package.folder)) ?? []
            guard installed.contains(where: { $0.hasPrefix(package.prefix) }) else {
                throw Failure(description: "\(package.folder) lacks it (Debian package \(package.name))")
            }
        }
        let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(components: "peers", self.folder)
        try copySources(to: folder)
        _ = try run(["env"] + build.command, in: folder, limit: .seconds(150))
        let output = try run([folder.appending(path: build.program).path] + keys, in: folder, limit: .seconds(90))
        return try JSONDecoder().decode([String: Double].self, from: output)
    }

    /// Copies the files that have changed, so that build tools compile no more than those.
    private func copySources(to folder: URL) throws {
        let benchmarks = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let files = FileManager.default
        for name in sources {
            let source = benchmarks.appending(components: "Peers", self.folder, name)
            let copy = folder.appending(path: name)
            guard !files.contentsEqual(atPath: source.path, andPath: copy.path) else { continue }
            try files.createDirectory(at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
            try? files.removeItem(at: copy)
            try files.copyItem(at: source, to: copy)
        }
    }

    /// Runs a command, whose first word is a path or a name in `/usr/bin`, and returns its output.
    private func run(_ command: [String], in folder: URL, limit: Duration) throws -> Data {
        let output = folder.appending(path: "output.txt")
        let log = folder.appending(path: "errors.txt")
        // Files, because a child that outlives a command would keep a pipe open.
        for file in [output, log] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = URL(filePath: command[0], relativeTo: URL(filePath: "/usr/bin/"))
        process.arguments = Array(command.dropFirst())
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        let deadline = ContinuousClock.now + limit
        while process.isRunning, ContinuousClock.now < deadline { Thread.sleep(forTimeInterval: 0.02) }
        let words = command.drop { $0 == "env" }.prefix(2).joined(separator: " ")
        guard !process.isRunning else {
            kill(process.processIdentifier, SIGKILL)
            throw Failure(description: "`\(words)` took longer than \(limit)")
        }
        switch process.terminationStatus {
        case 0: return try Data(contentsOf: output)
        // https://www.gnu.org/software/coreutils/manual/html_node/env-invocation.html
        case 127: throw Failure(description: "`\(words.prefix { $0 != " " })` is not in PATH")
        default:
            let lines = [log, output].compactMap { try? String(contentsOf: $0, encoding: .utf8) }.joined()
            let reason = lines.split(separator: "\n").first { $0.hasPrefix("error") } ?? "see \(log.path)"
            throw Failure(description: "`\(words)` failed with status \(process.terminationStatus): \(reason)")
        }
    }
}
