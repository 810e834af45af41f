import Foundation
import HostsTestSupport

/// A Redis server without persistence, on a port and in a folder of its own. It ends with this value.
final class RedisServer: Sendable {
    let port: Int
    private let program: Program
    private let folder: TemporaryFolder

    init(port: Int? = nil) async throws {
        self.port = try port ?? freePort()
        folder = try TemporaryFolder()
        program = try Program(
            try Program.require("redis-server"),
            [
                "--port", "\(self.port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir",
                folder.url.path,
            ]
        )
        _ = try await program.line(containing: "eady to accept connections")
    }

    /// The answer to a command, which must be a number.
    func number(_ command: String...) async throws -> Int {
        let text = try await Program.output(of: "redis-cli", ["-p", "\(port)"] + command)
        guard let number = Int(text.prefix { $0 != "\n" }) else { throw Program.Failed(description: text) }
        return number
    }

    func stop() { _ = program.stop() }
}
