// Measures what Tally promises, each figure next to its reference in the same run.
//
//     swift run -c release --package-path Tests/Benchmarks tally-bench [FILTER] [--json FILE] [--no-peers]
//
// FILTER is a part of a group's name: increments, lookups, observations, verbs, contention, registration, users, text,
// gzip, interference, memory, health, waits, swift-metrics, requests, page. Exits 0 whatever the figures.
//
// The same work is measured with client_golang, rust-prometheus and swift-prometheus, as far as they can be built here,
// in columns of their own. A line below the table names each that is left out. --no-peers leaves out all.
import Foundation

var arguments = Array(CommandLine.arguments.dropFirst())
if arguments == [Memory.argument] {
    try Memory.measure()
    exit(0)
}
if arguments == [Waits.argument] {
    print(String(decoding: try JSONEncoder().encode(Waits.measured()), as: UTF8.self))
    exit(0)
}
if arguments == [Page.argument] {
    print(String(decoding: try JSONEncoder().encode(await Page.measured()), as: UTF8.self))
    exit(0)
}
var file: String?
if let option = arguments.firstIndex(of: "--json") {
    guard option + 1 < arguments.count else {
        FileHandle.standardError.write(Data("tally-bench: --json needs a file\n".utf8))
        exit(64)
    }
    file = arguments[option + 1]
    arguments.removeSubrange(option...(option + 1))
}
let comparesPeers = !arguments.contains("--no-peers")
arguments.removeAll { $0 == "--no-peers" }
let filter = arguments.first

let threads = max(2, ProcessInfo.processInfo.activeProcessorCount)
let paths = HotPaths()
let groups: [(name: String, rows: () async throws -> [Row])] = [
    ("increments", paths.increments), ("lookups", paths.lookups), ("observations", paths.observations),
    ("verbs", { Verbs().rows() }), ("contention", { paths.contention(threads: threads) }),
    ("registration", Scrapes.registration), ("users", Users.rows), ("text", Scrapes.text), ("gzip", Gzip.rows),
    ("interference", Scrapes.interference), ("memory", Memory.rows), ("health", Health.rows), ("waits", Waits.rows),
    ("swift-metrics", { SwiftMetrics().rows() }), ("requests", { Requests().rows() }), ("page", Page.rows),
]
var rows: [Row] = []
for group in groups where filter.map(group.name.contains) ?? true {
    rows += try await group.rows()
}
let notes = comparesPeers ? Peer.fill(&rows, complete: filter == nil) : []
print(rows.table())
for note in notes { print(note) }
if let file {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(rows).write(to: URL(filePath: file))
}
