import Foundation

/// A server of this package in a process of its own. It ends with this object.
///
/// Its first line that contains `Serving at ` ends with the address: `Serving at http://127.0.0.1:8080`.
package final class HostProgram: Sendable {
    package let program: Program
    /// The address, without a slash at its end.
    package let address: String

    package var port: Int { URL(string: address)?.port ?? 0 }

    /// - Parameter name: The name of the executable.
    package init(_ name: String, _ arguments: [String] = []) async throws {
        program = try Program(Program.built(name), arguments)
        let line = try await program.line(containing: "Serving at ")
        var address = line.split(separator: " ").last.map { String($0) } ?? ""
        while address.hasSuffix("/") { address.removeLast() }
        self.address = address
        guard port != 0 else { throw Program.Failed(description: "\(name) said \(line)") }
    }

    package func get(_ path: String, headers: [String: String] = [:]) async throws -> HTTPAnswer {
        try await HTTPAnswer.of("GET", address + path, headers: headers)
    }

    /// Ends the server as an orchestrator does, and returns its exit status.
    package func stop(_ signal: Int32 = SIGTERM) -> Int32 { program.stop(signal) }
}
