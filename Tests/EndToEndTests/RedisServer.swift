import Foundation
import TallyTestSupport

/// A Redis server for one test, without persistence, on a Unix socket in a temporary folder.
struct RedisServer {
    static let isInstalled = Program.find("redis-server") != nil && Program.find("redis-cli") != nil

    private let program: Program
    private let folder: TemporaryFolder
    private var socket: String { folder.url.appending(path: "redis.sock").path }

    init() async throws {
        folder = try TemporaryFolder()
        let socket = folder.url.appending(path: "redis.sock").path
        program = try Program(
            try Program.require("redis-server"),
            ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder.url.path]
        )
        _ = try await program.line(containing: "eady to accept connections")
    }

    /// The answer to a command; `last` is its last argument, which may be any bytes.
    func answer(_ command: String..., last: [UInt8]? = nil) throws -> [UInt8] {
        try answer(command, last: last)
    }

    func number(_ command: String..., last: [UInt8]? = nil) throws -> Int {
        let text = String(decoding: try answer(command, last: last), as: UTF8.self)
        guard let number = Int(text) else { throw Program.Failed(description: "\(command): \(text)") }
        return number
    }

    /// Adds members of any bytes to a key, 500 per command.
    func add(_ members: [[UInt8]], to key: String) throws {
        var commands: [UInt8] = []
        for start in stride(from: 0, to: members.count, by: 500) {
            let arguments = [Array("PFADD".utf8), Array(key.utf8)] + members[start..<min(start + 500, members.count)]
            // https://redis.io/docs/latest/develop/reference/protocol-spec/#sending-commands-to-a-redis-server
            commands += Array("*\(arguments.count)\r\n".utf8)
            for argument in arguments { commands += Array("$\(argument.count)\r\n".utf8) + argument + [13, 10] }
        }
        let client = try Program.require("redis-cli")
        let outcome = try Program.run(client, ["-s", socket, "--pipe"], input: Data(commands))
        guard outcome.status == 0, outcome.text.contains("errors: 0") else {
            throw Program.Failed(description: outcome.text + outcome.errorText)
        }
    }

    /// Stops the server, and waits until it has ended.
    func stop() { _ = program.stop() }

    private func answer(_ command: [String], last: [UInt8]?) throws -> [UInt8] {
        let flags = ["-s", socket, "-e"] + (last == nil ? [] : ["-x"])
        let outcome = try Program.run(try Program.require("redis-cli"), flags + command, input: Data(last ?? []))
        guard outcome.status == 0 else { throw Program.Failed(description: outcome.text + outcome.errorText) }
        // The client appends a line feed to its output.
        return Array(outcome.output.dropLast())
    }
}
